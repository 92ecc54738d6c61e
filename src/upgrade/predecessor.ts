import { spawn } from 'node:child_process';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { storageRefusal } from '../log/storage-refusal.js';
import { readHandshakeSecret } from '../log/hand-over.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { exitCodeOf } from '../installation/exit-code.js';
import type { Serving } from './serving.js';
import { Refusal } from '../refusal.js';
import { signatureOf } from '../ladder/signature.js';
import { agreedHead, handOverPath, listenerPath, secretHeader, successorPath } from './connect.js';
import { descriptorOf } from './descriptor.js';
import { drain } from './drain.js';
import { forEver, peerOn, PeerGone, PeerSilent, type FromNew, type FromOld, type Peer } from './peer.js';
import { isOvertaken } from './repair.js';
import { startSuccessor, type StartedBy } from './start-successor.js';
import type { Reached } from '../installation/first-steps.js';
import type { Step } from './steps.js';

export interface PredecessorOptions {
  readonly service: Serving;
  readonly version: string;
  readonly log: Logger;
  readonly reached: Reached<Step>;
  /** Starts programs that outlive this one. */
  readonly startedBy: StartedBy;
  /** Starts the new version anew, should it die while this process is still around. */
  readonly restart: (hello: Hello) => number | undefined;
  /** The environment of processes that are started, and what of it this process was told by options, perhaps. */
  readonly environment: NodeJS.ProcessEnv;
  readonly told: Readonly<Record<string, string>>;
  /** Resolves when the version before this one has left, which passes on to this one what still comes to it. */
  readonly predecessorGone: Promise<void> | undefined;
}

type Hello = Extract<FromNew, { kind: 'hello' }>;
type NewVersion = Peer<FromOld, FromNew>;

/** How long a new version that has shut this one out may take until it is live. */
const liveLimitMs = 10_000;
const stayMs = 5_000;
const takeBackLimitMs = 10_000;

/**
 * Lets new versions take over from this process: the side of the running version in the steps of `steps.ts`.
 * Resolves when one has, and everything that had come here is answered.
 */
export function awaitSuccessor(options: PredecessorOptions): Promise<void> {
  const { service } = options;
  let isBusy = false;
  return new Promise((resolve, reject) => {
    service.built.control.on('upgrade', (request, socket: Socket, head: Buffer) => {
      // From here on Node leaves the socket's errors to us, and whoever asks may be gone before the answer.
      socket.on('error', () => socket.destroy());
      const secret = secretOf(service);
      if (secret === undefined || request.headers[secretHeader] !== secret) {
        refuse(socket, 'This is another database');
        return;
      }
      switch (request.url ?? '') {
        case listenerPath:
          accept(socket, options);
          lendListener(options, socket);
          return;
        case successorPath:
          accept(socket, options);
          startSuccessor(socket, head, options.startedBy, () => service.gate.state === 'open');
          return;
        case handOverPath: {
          if (isBusy) {
            refuse(socket, 'Another version is taking over');
            return;
          }
          isBusy = true;
          accept(socket, options);
          const peer = peerOn<FromOld, FromNew>(socket, head);
          handOver(options, peer).then(
            async (isReplaced) => {
              if (isReplaced) await options.predecessorGone;
              isBusy = false;
              peer.end();
              if (isReplaced) resolve();
            },
            (error: unknown) => {
              reject(error instanceof Error ? error : new Error(String(error)));
            },
          );
          return;
        }
        default:
          refuse(socket, 'Not Found');
      }
    });
  });
}

/** Undefined while there is nobody to talk to. */
function secretOf({ gate, model }: Serving): string | undefined {
  if (gate.state !== 'open') return undefined;
  try {
    return readHandshakeSecret(model.db);
  } catch (error) {
    if (storageRefusal(error)) return undefined;
    throw error;
  }
}

function accept(socket: Socket, { told }: PredecessorOptions): void {
  socket.write(agreedHead(told));
}

function refuse(socket: Socket, reason: string): void {
  socket.end(`HTTP/1.1 409 ${reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** Whether the new version has taken over; if not, this one serves as before. */
async function handOver(options: PredecessorOptions, peer: NewVersion): Promise<boolean> {
  const { service, version, log, startedBy } = options;
  try {
    const hello = await peer.next(liveLimitMs);
    if (hello.kind !== 'hello') return false;
    peer.send({ kind: 'welcome', pid: process.pid, version });
    const asked = await peer.next(forEver);
    if (asked.kind === 'failed') startedBy.told(hello.pid, asked);
    if (asked.kind !== 'seal') return false;
    if (!(await sealed(options, peer, hello, asked.leaseMs))) return false;
    return await letGo(options, peer, hello);
  } catch (error) {
    if (!(error instanceof PeerGone || error instanceof PeerSilent)) throw error;
    if (service.gate.state !== 'open') throw error;
    log.info('the new version is gone');
    return false;
  }
}

/** Steps 5 to 8 seen from here: whether the new version has shut this one out. */
async function sealed(
  { service, reached, startedBy }: PredecessorOptions,
  peer: NewVersion,
  hello: Hello,
  leaseMs: number,
): Promise<boolean> {
  reached('seal');
  service.gate.become('parked');
  void service.reads.interrupt(); // what is at work can take a moment to end, and goes on elsewhere
  try {
    const seal = await service.log.seal();
    peer.send({ kind: 'sealed', seal, atMs: performance.timeOrigin + performance.now() });
  } catch (error) {
    service.gate.become('open');
    peer.send({ kind: 'refused', message: error instanceof Error ? error.message : String(error) });
    return false;
  }
  const said = await nextOr(peer, leaseMs);
  if (said?.kind === 'fenced') return true;
  if (said?.kind === 'failed') startedBy.told(hello.pid, said);
  if ((await resumed(service)) === undefined) return true;
  service.gate.become('open');
  return false;
}

/** The lease is over, and another program may hold the database: without an end to read-only mode there is no way on. */
async function resumed({ log }: Pick<Serving, 'log'>): Promise<number | undefined> {
  for (;;) {
    try {
      return await log.resume();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // Whoever writes will be told so, too.
      if (error.code === 'storage-damaged') return 0;
    }
  }
}

/** Steps 9 to 15 seen from here. */
async function letGo(options: PredecessorOptions, peer: NewVersion, hello: Hello): Promise<boolean> {
  const { service, reached, log, startedBy } = options;
  reached('close');
  service.gate.become('closed');
  await service.letGo();
  peer.send({ kind: 'closed', unfinished: service.built.unfinished.handOver(Date.now()) });
  let live = await nextOr(peer, liveLimitMs);
  // It was said while this process found out by itself, at the end of the lease.
  if (live?.kind === 'fenced') live = await nextOr(peer, liveLimitMs);
  if (live?.kind !== 'live') {
    // An open connection shows that the pid is still the one that said hello.
    if (!peer.isClosed) process.kill(hello.pid, 'SIGKILL');
    await peer.closed;
    log.warn({ pid: hello.pid }, 'the new version died before it was live');
    if (live?.kind === 'failed') startedBy.told(hello.pid, live);
    if (await takeBack(options, hello)) return false;
    if (service.gate.state === 'gone') await drain(service.built.listener);
    return true;
  }
  reached('drain');
  service.successor = { controlSocket: live.controlSocket };
  service.gate.become('gone');
  NetServer.prototype.close.call(service.built.listener);
  startedBy.told(hello.pid, live);
  reached('stay');
  await Promise.all([drain(service.built.listener), stay(options, peer, hello)]);
  return true;
}

/** The next message; nothing when none comes in time, or ever. */
async function nextOr(peer: NewVersion, timeoutMs: number): Promise<FromNew | undefined> {
  try {
    return await peer.next(timeoutMs);
  } catch (error) {
    if (error instanceof PeerGone || error instanceof PeerSilent) return undefined;
    throw error;
  }
}

/**
 * The new version died between shutting this one out and being live: whatever it has done is undone, and this one
 * serves again. Not if it has acknowledged writes; then it is started again. Whether this process serves.
 */
async function takeBack(options: PredecessorOptions, hello: Hello): Promise<boolean> {
  const { service, version } = options;
  const { directory, gate } = service;
  const deadlineMs = performance.now() + takeBackLimitMs;
  while (performance.now() < deadlineMs) {
    try {
      if (isOvertaken(directory, signatureOf(version, service.model.ladder))) {
        startAgain(options, hello);
        return false;
      }
      if (await service.takeBack()) {
        gate.become('open');
        return true;
      }
    } catch (error) {
      // The kernel may need a moment to free the locks of the dead.
      if (exitCodeOf(error) !== exitCodes.busy) throw error;
    }
    await wait(10);
  }
  throw new OperatorError(exitCodes.busy, `${directory.path} is served by another process now`);
}

/** For a while this process looks after the new version. */
async function stay(options: PredecessorOptions, peer: NewVersion, hello: Hello): Promise<void> {
  const said = await nextOr(peer, stayMs);
  if (said?.kind === 'leaving' || !peer.isClosed) return;
  options.log.warn({ pid: hello.pid }, 'the new version died and is started again');
  startAgain(options, hello);
}

function startAgain({ service, restart }: PredecessorOptions, hello: Hello): void {
  NetServer.prototype.close.call(service.built.listener);
  const pid = restart(hello);
  if (pid === undefined) return;
  service.successor = { controlSocket: service.directory.controlSocket(pid) };
  service.gate.become('gone');
}

/** Has a small process send the listening socket over a connection to somebody who is no child of ours. */
function lendListener({ service, environment }: PredecessorOptions, socket: Socket): void {
  const lender = fileURLToPath(new URL('../upgrade/lend-listener.js', import.meta.url));
  const child = spawn(process.execPath, [lender], {
    stdio: ['ignore', 'inherit', 'inherit', socket, descriptorOf(service.built.listener)],
    env: { ...environment, NODE_CHANNEL_FD: '3', NODE_CHANNEL_SERIALIZATION_MODE: 'json' },
  });
  child.once('spawn', () => socket.destroy());
  child.once('error', () => socket.destroy());
}
