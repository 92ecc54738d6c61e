import { pino } from 'pino';
import type { Writer } from '../commands/change-set.js';
import { executor } from '../commands/execute.js';
import { inlineWriter } from '../commands/inline-writer.js';
import { threadWriter } from '../commands/thread-writer.js';
import { hashSecret } from '../http/authentication.js';
import { newSecret } from '../http/secret.js';
import { startServer } from '../http/server.js';
import { ReadModel } from '../queries/read-model.js';
import { createAdminToken, ensureAdminToken } from './admin-token.js';
import { takeChargeOf } from './charge.js';
import { dataDirectory } from './data-directory.js';
import { CliError, exitCodes } from './exit-code.js';
import { requireFreePort } from './free-port.js';
import type { Settings } from './settings.js';

export interface ServeOptions {
  readonly data: string;
  readonly host: string;
  readonly port: string;
}

/**
 * Serves until SIGTERM or SIGINT.
 * @throws CliError 64, 69, 73, 75, 77; WrongDatabase
 */
export async function runServer({ data, host, port }: ServeOptions, settings: Settings): Promise<void> {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new CliError(exitCodes.usage, `--port has to be a number from 0 to 65535, not "${port}"`);
  }
  const log = pino({ level: settings.logLevel }, pino.destination(2));
  const directory = dataDirectory(data);
  const charge = takeChargeOf(directory);
  try {
    await requireFreePort(host, Number(port));
  } catch (error) {
    charge.release();
    throw error;
  }
  const writer =
    settings.writer === 'thread'
      ? threadWriter({ file: directory.database, epoch: charge.epoch }, (error) => {
          log.fatal({ err: error }, 'the writer died');
          process.exit(exitCodes.bug);
        })
      : inlineWriter(charge.db, executor(charge.db, charge.epoch));
  const model = new ReadModel(directory.database);

  // Heard from here on: whoever reads "listening on" may ask for the end at once.
  const stopped = stopSignal();
  try {
    const secret = await firstSecret(settings, model, writer);
    const controlSocket = directory.controlSocket(process.pid);
    const { drainDelayMs } = settings;
    const server = await startServer(
      { listen: { host, port: Number(port) }, controlSocket, drainDelayMs },
      model,
      writer,
      log,
    );
    if (secret !== undefined) process.stdout.write(welcome(secret, server.url));
    process.stdout.write(`listening on ${server.url}\n`);
    await stopped;
    await server.stop();
  } finally {
    model.close();
    await writer.close();
    charge.release();
  }
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
}

/** The secret of the first administrator; nothing where there was ever a token. */
async function firstSecret(
  settings: Settings,
  model: ReadModel,
  writer: Writer,
): Promise<string | undefined> {
  if (settings.adminToken !== undefined) {
    await ensureAdminToken(settings.adminToken, model, writer);
    return undefined;
  }
  if (model.tokens.hasTokens()) return undefined;
  const secret = newSecret();
  await createAdminToken(hashSecret(secret), 'first administrator', writer);
  return secret;
}

function welcome(secret: string, url: string): string {
  return `Your administrator's token, shown this once:

  export TOKEN=${secret}

Create a page, read it, see the tree:

  curl -s ${url}/pages -H "Authorization: Bearer $TOKEN" -H 'Schema-Version: 1' -H 'Content-Type: application/json' -d '{"type":"document","slug":"hello","content":{"title":"Hello","body":"First words."}}'
  curl -s ${url}/paths/hello -H "Authorization: Bearer $TOKEN"
  curl -s ${url}/tree -H "Authorization: Bearer $TOKEN"

`;
}
