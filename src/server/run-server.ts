import type { Logger } from 'pino';
import type { Listening } from '../http/edge/listening.js';
import { newSecret } from '../http/edge/secret.js';
import { openLadder } from '../ladder/open-ladder.js';
import { Refusal } from '../refusal.js';
import { faultAt } from '../upgrade/steps.js';
import { createFirstToken, ensureAdminToken, requireAdminSecret } from './admin-token.js';
import { takeChargeToServe } from './charge.js';
import { dataDirectory } from '../installation/data-directory.js';
import { operatorLog } from '../installation/operator-log.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { requireFreePort } from './free-port.js';
import { issuersOf } from '../installation/issuer-settings.js';
import { beforeLeaving } from '../installation/leaving.js';
import { shutOutOtherReaders } from '../installation/other-readers.js';
import { print, type CommonOptions } from '../installation/output.js';
import { serveToTheEnd } from './serve-to-the-end.js';
import { buildService, type Service } from './service.js';
import type { Settings } from '../installation/settings.js';
import { standIn } from './stand-in.js';
import { welcome } from './welcome.js';
import { printable } from '../printable.js';

export interface ServeOptions extends CommonOptions {
  readonly host: string;
  readonly port: string;
  /** A descriptor that is bound already, given by whoever started this process. */
  readonly listenFd?: string;
}

/**
 * Serves until SIGTERM or SIGINT, or until another version has taken over.
 * @throws OperatorError 64, 69, 73, 75, 77, 78; WrongDatabase, WrongLadder
 */
export async function runServer(options: ServeOptions, settings: Settings): Promise<void> {
  const log = operatorLog(settings);
  const listening = listeningOf(options, settings);
  if (settings.adminToken !== undefined) requireAdminSecret(settings.adminToken);
  issuersOf(settings.issuers);
  const { data, migrations } = options;
  const directory = dataDirectory(data);
  const reached = faultAt(settings.fault);
  const charge = await takeChargeToServe(directory, await openLadder(migrations), reached);
  const { ladder } = charge;
  const keep = beforeLeaving(() => {
    charge.release();
  });
  for (const sentence of shutOutOtherReaders(directory))
    process.stderr.write(`palimpsest: ${printable(sentence)}\n`);
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
  if (charge.tryAgain) log.warn('there is no room on the disk: until there is, writes are refused');
  const service = await buildService({ directory, ladder, migrations, settings, log });
  let secret: string | undefined;
  try {
    service.openSoon(charge);
    secret = await firstSecret(settings, service, log);
  } catch (error) {
    await service.close();
    throw error;
  }
  keep();
  // Whoever reads the token below finds that it works: until it is made, all requests wait.
  if (secret !== undefined) service.gate.become('closed');
  reached('listen');
  const onListening = async (url: string): Promise<void> => {
    const told = secret === undefined ? '' : welcome(secret, url, ladder.finalized);
    print(options.json, { url, token: secret ?? null }, () => `${told}listening on ${url}`);
    if (secret === undefined) return;
    reached('told');
    await makeFirstToken(secret, service, log);
    reached('token');
    service.gate.become('open');
  };
  await serveToTheEnd(service, { listening, settings, log, onListening });
}

/** An inherited socket, or an address. @throws OperatorError 64 */
function listeningOf({ host, port, listenFd }: ServeOptions, settings: Settings): Listening {
  if (listenFd !== undefined) return { fd: Number(listenFd) };
  if (settings.inheritedSocket) return settings.inheritedSocket;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new OperatorError(exitCodes.usage, `--port has to be a number from 0 to 65535, not "${port}"`);
  }
  return { host, port: Number(port) };
}

/** What the first administrator is to be told; nothing where there was ever a token. */
async function firstSecret(
  settings: Settings,
  { model, writer }: Service,
  log: Logger,
): Promise<string | undefined> {
  if (settings.adminToken === undefined) return model.tokens.hasTokens() ? undefined : newSecret();
  try {
    await ensureAdminToken(settings.adminToken, model, writer);
  } catch (error) {
    if (!isOutOfRoom(error)) throw error;
    log.warn('there is no room to make sure of PALIMPSEST_ADMIN_TOKEN: make room and start again');
  }
  return undefined;
}

/** After it was told: killed in between, the next start tells another, and nobody has a token that was never seen. */
async function makeFirstToken(
  secret: string,
  { log: writer, built, model }: Service,
  log: Logger,
): Promise<void> {
  try {
    await createFirstToken(secret, writer);
    built.committed.announce(model.position());
  } catch (error) {
    if (!isOutOfRoom(error)) throw error;
    log.warn('there is no room to make the token: make room and run `palimpsest token create --role admin`');
  }
}

function isOutOfRoom(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'insufficient-storage';
}
