import { pino } from 'pino';
import type { Writer } from '../commands/change-set.js';
import { hashSecret } from '../http/authentication.js';
import { newSecret } from '../http/secret.js';
import type { Listening } from '../http/server.js';
import type { ReadModel } from '../queries/read-model.js';
import { createAdminToken, ensureAdminToken } from './admin-token.js';
import { takeChargeOf } from './charge.js';
import { dataDirectory } from './data-directory.js';
import { CliError, exitCodes } from './exit-code.js';
import { requireFreePort } from './free-port.js';
import { serveToTheEnd } from './serve-to-the-end.js';
import { buildService } from './service.js';
import type { Settings } from './settings.js';

export interface ServeOptions {
  readonly data: string;
  readonly host: string;
  readonly port: string;
  /** A descriptor that is bound already, given by whoever started this process. */
  readonly listenFd?: string;
}

/**
 * Serves until SIGTERM or SIGINT, or until another version has taken over.
 * @throws CliError 64, 69, 73, 75, 77; WrongDatabase
 */
export async function runServer(options: ServeOptions, settings: Settings): Promise<void> {
  const log = pino({ level: settings.logLevel }, pino.destination(2));
  const listening = listeningOf(options, settings);
  const directory = dataDirectory(options.data);
  const charge = takeChargeOf(directory);
  try {
    if ('port' in listening) await requireFreePort(listening.host, listening.port);
  } catch (error) {
    charge.release();
    throw error;
  }
  const service = await buildService(directory, settings, log);
  let secret: string | undefined;
  try {
    await service.open(charge);
    secret = await firstSecret(settings, service.model, service.writer);
  } catch (error) {
    await service.close();
    throw error;
  }
  await serveToTheEnd(service, listening, settings, log, (url) => {
    if (secret !== undefined) process.stdout.write(welcome(secret, url));
    process.stdout.write(`listening on ${url}\n`);
  });
}

/** An inherited socket, or an address. @throws CliError 64 */
function listeningOf({ host, port, listenFd }: Omit<ServeOptions, 'data'>, settings: Settings): Listening {
  if (listenFd !== undefined) return { fd: Number(listenFd) };
  if (settings.inheritedSocket) return settings.inheritedSocket;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new CliError(exitCodes.usage, `--port has to be a number from 0 to 65535, not "${port}"`);
  }
  return { host, port: Number(port) };
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
