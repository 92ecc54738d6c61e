import { pino } from 'pino';
import type { Writer } from '../commands/change-set.js';
import type { Listening } from '../http/listening.js';
import { newSecret } from '../http/secret.js';
import { openLadder } from '../ladder/open-ladder.js';
import type { ReadModel } from '../queries/read-model.js';
import { createFirstToken, ensureAdminToken, requireAdminSecret } from './admin-token.js';
import { takeChargeToServe } from './charge.js';
import { dataDirectory } from './data-directory.js';
import { CliError, exitCodes } from './exit-code.js';
import { requireFreePort } from './free-port.js';
import { print, type CommonOptions } from './output.js';
import { serveToTheEnd } from './serve-to-the-end.js';
import { buildService } from './service.js';
import type { Settings } from './settings.js';
import { standIn } from './stand-in.js';
import { welcome } from './welcome.js';

export interface ServeOptions extends CommonOptions {
  readonly host: string;
  readonly port: string;
  /** A descriptor that is bound already, given by whoever started this process. */
  readonly listenFd?: string;
}

/**
 * Serves until SIGTERM or SIGINT, or until another version has taken over.
 * @throws CliError 64, 69, 73, 75, 77, 78; WrongDatabase, WrongLadder
 */
export async function runServer(options: ServeOptions, settings: Settings): Promise<void> {
  const log = pino({ level: settings.logLevel }, pino.destination(2));
  const listening = listeningOf(options, settings);
  if (settings.adminToken !== undefined) requireAdminSecret(settings.adminToken);
  const { data, migrations } = options;
  const directory = dataDirectory(data);
  const charge = takeChargeToServe(directory, await openLadder(migrations));
  const { ladder } = charge;
  try {
    if ('port' in listening) await requireFreePort(listening.host, listening.port);
  } catch (error) {
    charge.release();
    throw error;
  }
  if (charge.tooNew) {
    await standIn(directory, charge, charge.tooNew, listening, settings);
    return;
  }
  const service = await buildService({ directory, ladder, migrations, settings, log });
  let secret: string | undefined;
  try {
    service.openSoon(charge);
    secret = await firstSecret(settings, service.model, service.writer);
  } catch (error) {
    await service.close();
    throw error;
  }
  await serveToTheEnd(service, listening, settings, log, (url) => {
    const told = secret === undefined ? '' : welcome(secret, url, ladder.current);
    print(options.json, { url, token: secret ?? null }, () => `${told}listening on ${url}`);
  });
}

/** An inherited socket, or an address. @throws CliError 64 */
function listeningOf({ host, port, listenFd }: ServeOptions, settings: Settings): Listening {
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
  await createFirstToken(secret, writer);
  return secret;
}
