import { pino } from 'pino';
import type { Writer } from '../commands/change-set.js';
import { executor } from '../commands/execute.js';
import { inlineWriter } from '../commands/inline-writer.js';
import { threadWriter } from '../commands/thread-writer.js';
import { readHead } from '../events/log.js';
import { hashSecret } from '../http/authentication.js';
import { newSecret } from '../http/secret.js';
import { startServer, type ServerOptions } from '../http/server.js';
import { startUnreadyServer } from '../http/unready-server.js';
import { openLadder } from '../ladder/open-ladder.js';
import { projectionsOf } from '../projections/index.js';
import { ReadModel } from '../queries/read-model.js';
import type { Refusal } from '../refusal.js';
import { createAdminToken, ensureAdminToken } from './admin-token.js';
import { takeChargeToServe, type Charge } from './charge.js';
import { dataDirectory } from './data-directory.js';
import { CliError, exitCodes } from './exit-code.js';
import { requireFreePort } from './free-port.js';
import type { CommonOptions } from './output.js';
import { reportBroken } from './report-broken.js';
import type { Settings } from './settings.js';
import { welcome } from './welcome.js';

export interface ServeOptions extends CommonOptions {
  readonly host: string;
  readonly port: string;
}

/**
 * Serves until SIGTERM or SIGINT.
 * @throws CliError 64, 69, 73, 75, 77; WrongDatabase, WrongLadder
 */
export async function runServer(options: ServeOptions, settings: Settings): Promise<void> {
  const { data, migrations, host, port } = options;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new CliError(exitCodes.usage, `--port has to be a number from 0 to 65535, not "${port}"`);
  }
  const log = pino({ level: settings.logLevel }, pino.destination(2));
  const directory = dataDirectory(data);
  const ladder = await openLadder(migrations);
  const charge = takeChargeToServe(directory, ladder);
  try {
    await requireFreePort(host, Number(port));
  } catch (error) {
    charge.release();
    throw error;
  }
  const listening = {
    listen: { host, port: Number(port) },
    controlSocket: directory.controlSocket(process.pid),
    drainDelayMs: settings.drainDelayMs,
  };
  // Heard from here on: whoever reads "listening on" may ask for the end at once.
  const stopped = stopSignal();
  if (charge.tooNew) {
    await standIn(charge, charge.tooNew, listening, stopped);
    return;
  }
  const report = reportBroken(log);
  const start = {
    file: directory.database,
    epoch: charge.epoch,
    ...(migrations !== undefined && { migrations }),
  };
  const writer =
    settings.writer === 'thread'
      ? threadWriter(start, report, (error) => {
          log.fatal({ err: error }, 'the writer died');
          process.exit(exitCodes.bug);
        })
      : inlineWriter(charge.db, projectionsOf(ladder), executor(charge.db, charge.epoch, ladder, report));
  const model = new ReadModel(directory.database, ladder, report);

  try {
    const secret = await firstSecret(settings, model, writer);
    const server = await startServer(listening, model, writer, log);
    if (secret !== undefined) process.stdout.write(welcome(secret, server.url, ladder.current));
    process.stdout.write(`listening on ${server.url}\n`);
    await stopped;
    await server.stop();
  } finally {
    model.close();
    await writer.close();
    charge.release();
  }
}

/** Says that this program can't read the log, for as long as it would have served. */
async function standIn(
  charge: Charge,
  refusal: Refusal,
  listening: ServerOptions & { readonly listen: object },
  stopped: Promise<void>,
): Promise<void> {
  try {
    const server = await startUnreadyServer(listening, refusal, readHead(charge.db).position);
    process.stderr.write(`palimpsest: not ready: ${refusal.message}\n`);
    process.stdout.write(`listening on ${server.url}\n`);
    await stopped;
    await server.stop();
  } finally {
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
