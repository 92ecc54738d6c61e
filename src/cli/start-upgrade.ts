import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { readHandshakeSecret } from '../log/hand-over.js';
import { readInstallation, type Signature } from '../log/installation.js';
import { isEntryOf, readVersionHistory } from '../log/version-history.js';
import { usableLadder } from '../ladder/fit-ladder.js';
import { openLadder } from '../ladder/open-ladder.js';
import type { Ladder } from '../schema/ladder.js';
import { connectTo, listenerPath, successorPath } from '../upgrade/connect.js';
import { forEver, peerOn, PeerGone } from '../upgrade/peer.js';
import type { FromOperator, StartAnswer } from '../upgrade/start-successor.js';
import { isFormat3, rechainedNote } from '../upgrade/format-3.js';
import { faultAt } from '../upgrade/steps.js';
import { succeed } from '../upgrade/successor.js';
import { requireRights, requireRoom } from '../upgrade/preflight.js';
import { isUpgrading, readProgress, takeUpgradeLock } from '../upgrade/upgrade-lock.js';
import { mayReplace, type Direction } from '../upgrade/versions.js';
import { takeChargeOfBuilt } from '../server/charge.js';
import { dataDirectory, isAlive, isServed, type DataDirectory } from '../installation/data-directory.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { onAskedToLeave } from '../installation/leaving.js';
import { print } from '../installation/output.js';
import { program, programFileWith, signatureWith } from '../installation/program.js';
import { progressOn } from '../installation/progress.js';
import { reading, stopSignal } from '../installation/reading.js';
import { environmentWith, type Settings } from '../installation/settings.js';
import type { UpgradeOptions } from '../upgrade/upgrade-options.js';

/** What became of a replacement, for the operator. */
export interface Replacement {
  readonly from: string;
  readonly to: string;
  readonly changed: boolean;
  /** Whether the log had an older format, and all its hashes were made anew. */
  readonly rechained: boolean;
  /** The process that serves now; null where none does. */
  readonly pid: number | null;
  readonly windowMs: number | null;
}

/** For so long the new version may hold its lock once it serves: it only writes down what is in the answer. */
const lockFreeMs = 10_000;

/** The operator's side: has the new version started the way they asked for, and tells them what became of it. */
export async function startUpgrade(
  direction: Direction,
  options: UpgradeOptions,
  settings: Settings,
): Promise<void> {
  const replacement = await replaceRunning(direction, options, settings);
  if (replacement) print(options.json, replacement, () => describe(replacement));
}

function describe({ from, to, changed, rechained, pid, windowMs }: Replacement): string {
  if (!changed) return `nothing to do: ${from} is in charge already`;
  const note = rechained ? `\n${rechainedNote(from)}` : '';
  if (pid === null) return `${from} → ${to}: nobody was serving, start \`palimpsest serve\`${note}`;
  const window = windowMs === null ? '' : `, writes waited for ${windowMs.toFixed(1)} ms`;
  return `${from} → ${to}: process ${pid} serves${window}${note}`;
}

/** Finds out who is running, and has this program take over. Undefined where it has served here, and ended. */
export async function replaceRunning(
  direction: Direction,
  options: UpgradeOptions,
  settings: Settings,
): Promise<Replacement | undefined> {
  const { data, migrations } = options;
  requireRights(dataDirectory(data));
  const known = await openLadder(migrations);
  const found = await reading(
    data,
    (db, directory) => {
      const ladder = usableLadder(db, known);
      return {
        directory,
        ladder,
        installation: readInstallation(db),
        isNews: mayReplace(direction, program.version, ladder, db),
        secret: readHandshakeSecret(db),
        rechained: isFormat3(db, 'main'),
      };
    },
    'older ones, too',
  );
  const { directory, ladder, installation, isNews, secret, rechained } = found;
  const [from, to] = [installation.programVersion, program.version];
  const nobody = { from, to, rechained, pid: null, windowMs: null };
  if (!isNews && direction === 'revert') {
    throw new OperatorError(
      exitCodes.usage,
      `this is ${program.version}, which is in charge already: run the \`palimpsest revert\` of the older version to go back to`,
    );
  }
  if (!isNews) return { ...nobody, changed: false };
  // What can be said here is not worth starting anything for.
  takeUpgradeLock(directory).release();
  requireRoom(directory, directory.predecessor(installation.programVersion));
  if (!isServed(directory)) {
    await replaceNobody(direction, options, settings, directory, ladder);
    return { ...nobody, changed: true };
  }
  const controlSocket = directory.controlSocket(installation.pid ?? 0);
  if (options.here) {
    await serveHere(direction, options, controlSocket, secret);
    return undefined;
  }
  const started = await haveItStarted(direction, options, directory, controlSocket, secret);
  const live = started.live ?? (await livedOn(data, signatureWith(ladder), installation.epoch, started.pid));
  if (live) return { ...nobody, changed: true, ...live };
  throw new OperatorError(exitCodes.unavailable, 'the running version ended before the new one was live');
}

/** Whoever serves. */
interface Live {
  readonly pid: number | null;
  readonly windowMs: number | null;
}

/** Once it is sealed, a log needs nothing more of the version that ran: whether the new one has gone on without it. */
async function livedOn(
  data: string,
  signature: Signature,
  epoch: number,
  pid: number | undefined,
): Promise<Live | undefined> {
  for (;;) {
    const isAtIt = pid !== undefined && isAlive(pid);
    // Nobody may have the database open while it changes its name.
    while (isUpgrading(dataDirectory(data))) await wait(50);
    const live = await reading(data, (db) => {
      const last = readVersionHistory(db).at(-1);
      if (!last || last.epoch <= epoch || !isEntryOf(signature, last)) return undefined;
      return { pid: readInstallation(db).pid, windowMs: last.windowMs };
    });
    if (live || !isAtIt) return live;
    await wait(50);
  }
}

/** The same without a window: nobody is served meanwhile. */
async function replaceNobody(
  direction: Direction,
  { force = false, migrations }: UpgradeOptions,
  settings: Settings,
  directory: DataDirectory,
  ladder: Ladder,
): Promise<void> {
  const progress = progressOn(process.stderr, 'replaying');
  const succession = await succeed(
    {
      directory,
      direction,
      program: signatureWith(ladder),
      programFile: programFileWith(migrations),
      ladder,
      migrations,
      force,
      reached: faultAt(settings.fault),
      signal: stopSignal(),
      progress: progress.update,
      pageLimit: settings.pageLimit,
    },
    { prepare: () => Promise.resolve(), rehearse: () => Promise.resolve() },
  );
  progress.finish();
  if (!succession) return;
  takeChargeOfBuilt(directory, ladder, succession.ownerLock).release();
  succession.release();
}

async function connect(controlSocket: string, path: string, secret: string) {
  try {
    const connected = await connectTo(controlSocket, path, secret, 5_000);
    if ('socket' in connected) return connected;
    throw new Error(connected.refusal);
  } catch (cause) {
    throw new OperatorError(
      exitCodes.unavailable,
      `the running version does not answer on ${controlSocket}: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** The new version, and who serves; the latter is missing when the running version ended before it could say that. */
interface Started {
  readonly pid?: number;
  readonly live?: Live;
}

/**
 * The running version starts the new one: it stays where the old one was, with its environment and its log. Ctrl-C stops
 * it as long as it can be stopped.
 */
async function haveItStarted(
  direction: Direction,
  { data, force, migrations }: UpgradeOptions,
  directory: DataDirectory,
  controlSocket: string,
  secret: string,
): Promise<Started> {
  const { socket, head } = await connect(controlSocket, successorPath, secret);
  const running = peerOn<FromOperator, StartAnswer>(socket, head);
  const args = [direction, '--data', dataDirectory(data).path, ...(force ? ['--force'] : [])];
  running.send({ kind: 'start', program: programFileWith(migrations), args });
  const progress = progressOn(process.stderr, 'replaying');
  const timer = setInterval(() => {
    const now = readProgress(directory);
    if (now?.step === 'replay') progress.update(now.position, now.total);
  }, 200);
  stopSignal().addEventListener('abort', () => {
    running.send({ kind: 'stop' });
  });
  let pid: number | undefined;
  try {
    let answer = await running.next(forEver);
    if (answer.kind === 'started') {
      ({ pid } = answer);
      answer = await running.next(forEver);
    }
    if (answer.kind === 'live') {
      // It frees its lock a moment later; whoever reads the answer may want to upgrade again, or to finalize.
      const endsMs = performance.now() + lockFreeMs;
      while (isUpgrading(directory) && performance.now() < endsMs) await wait(5);
      return { live: answer };
    }
    if (answer.kind === 'started') throw new Error('the running version has started two');
    // Another upgrader was quicker: it can be said who.
    if (answer.exitCode === exitCodes.busy) takeUpgradeLock(directory).release();
    throw new OperatorError(answer.exitCode, answer.message);
  } catch (error) {
    if (error instanceof PeerGone) return pid === undefined ? {} : { pid };
    throw error;
  } finally {
    clearInterval(timer);
    progress.finish();
    running.end();
  }
}

/** A child of this process takes over, with the socket that the running version lends. */
async function serveHere(
  direction: Direction,
  { data, force, migrations }: UpgradeOptions,
  controlSocket: string,
  secret: string,
): Promise<void> {
  const { socket, told } = await connect(controlSocket, listenerPath, secret);
  socket.pause();
  const { execPath, main, options } = programFileWith(migrations);
  const args = [main, ...options, direction, '--data', data, ...(force ? ['--force'] : [])];
  const child = spawn(execPath, args, {
    stdio: ['inherit', 'inherit', 'inherit', socket],
    env: environmentWith(
      {
        NODE_CHANNEL_FD: '3',
        NODE_CHANNEL_SERIALIZATION_MODE: 'json',
        PALIMPSEST_LENT_SOCKET: String(process.pid),
      },
      told,
    ),
  });
  await once(child, 'spawn');
  socket.destroy();
  onAskedToLeave(() => child.kill());
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code === null) throw new OperatorError(exitCodes.unavailable, 'the new version was killed');
  process.exitCode = code;
}
