import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase, type Database } from '../events/database.js';
import { fence, readHandshakeSecret, seal, sealNow, unfence, type Seal } from '../events/hand-over.js';
import { isSameProcess, readInstallation, type Installation } from '../events/installation.js';
import { tryOwnerLock, type OwnerLock } from '../events/owner-lock.js';
import { requireOwnDatabase } from '../cli/database-header.js';
import { hasDatabase, type DataDirectory } from '../cli/data-directory.js';
import { CliError, exitCodeOf, exitCodes } from '../cli/exit-code.js';
import { requireFit } from '../ladder/fit-ladder.js';
import { projectionsOf } from '../projections/index.js';
import type { Projection } from '../projections/projection.js';
import type { Ladder } from '../schema/ladder.js';
import { connectTo, handOverPath } from './connect.js';
import { explained, LogCopy, type CopyProgram } from './copy-log.js';
import { discardNext, discardSpentLog, keepSpentLog, syncFile, takePlace, undoLinks } from './files.js';
import {
  peerOn,
  PeerGone,
  PeerSilent,
  type FromNew,
  type FromOld,
  type Peer,
  type ProgramFile,
} from './peer.js';
import { mostPages, requireRights, requireRoom } from './preflight.js';
import { replay, stopped } from './replay.js';
import type { Reached, Step } from './steps.js';
import { discardProgress, takeUpgradeLock, writeProgress } from './upgrade-lock.js';
import { mayReplace, type Direction } from './versions.js';

export interface SuccessorOptions {
  readonly directory: DataDirectory;
  readonly direction: Direction;
  readonly program: CopyProgram;
  readonly ladder: Ladder;
  /** The directory that the ladder comes from, if not from the program. */
  readonly migrations: string | undefined;
  readonly programFile: ProgramFile;
  /** Kill a running version that stops answering after it has sealed its log. */
  readonly force: boolean;
  readonly reached: Reached;
  /** Ends it cleanly, as long as the old log is not shut. */
  readonly signal: AbortSignal;
  readonly progress: (position: number, total: number) => void;
  /** For tests: how many pages the new file may have. */
  readonly pageLimit: number | undefined;
}

type OldVersion = Peer<FromNew, FromOld>;

/** The right to serve the new database, and what the running version waits to hear. */
export interface Succession {
  readonly ownerLock: OwnerLock;
  /** When read-only mode began, in milliseconds since 1970, with fractions. */
  readonly sealedAtMs: number;
  /** Nothing where no version was running. */
  readonly old: OldVersion | undefined;
  /** Another upgrade may begin. */
  readonly release: () => void;
}

/** What has to be ready before anybody is asked to wait. */
export interface Preparations {
  /** Beside the replay. */
  readonly prepare: () => Promise<void>;
  /** With the new file, when it is built. */
  readonly rehearse: () => Promise<void>;
}

/** Without a word from the new version the old one goes on after this long. */
const leaseMs = 2_000;
const answerMs = 5_000;
/** So few events behind, the rest takes a millisecond or two. */
const nearlyLevel = 50;

/**
 * Steps 1 to 11: builds a new database from the log of the running version and puts it in its place. Nothing when this
 * version is in charge already. Whoever is killed here is cleared up after by the next to start.
 * @throws CliError 65, 69, 73, 75, 77, 78; WrongDatabase
 */
export async function succeed(
  options: SuccessorOptions,
  { prepare, rehearse }: Preparations,
): Promise<Succession | undefined> {
  const { directory, direction, program, ladder, migrations, reached, signal } = options;
  if (!hasDatabase(directory)) {
    throw new CliError(exitCodes.badData, `there is no database in ${directory.path}: choose another --data`);
  }
  reached('lock');
  requireOwnDatabase(directory.database);
  requireRights(directory);
  const lock = takeUpgradeLock(directory);
  const release = (): void => {
    discardProgress(directory);
    discardSpentLog(directory);
    lock.release();
  };
  try {
    const installation = reading(directory, (db) =>
      mayReplace(direction, program.version, ladder, db) ? readInstallation(db) : undefined,
    );
    if (!installation) {
      release();
      return undefined;
    }
    const predecessor = directory.predecessor(installation.programVersion);
    const disk = requireRoom(directory, predecessor);
    discardNext(directory);

    const note = (step: Step, position = 0, total = 0): void => {
      const [from, to] = [installation.programVersion, program.version];
      writeProgress(directory, { pid: process.pid, from, to, step, position, total });
    };
    const told = (step: Step): void => {
      note(step);
      reached(step);
    };
    told('handshake');
    const met = await meet(options, installation);
    try {
      told('replay');
      const pageLimit = options.pageLimit ?? mostPages(disk);
      const start = {
        file: directory.nextDatabase,
        source: directory.database,
        program,
        ladder: { directory: migrations, upTo: ladder.current },
        mostPages: pageLimit,
      };
      let shownMs = 0;
      const progress = (position: number, total: number): void => {
        options.progress(position, total);
        if (performance.now() - shownMs < 200) return;
        shownMs = performance.now();
        note('replay', position, total);
      };
      // Both are waited for: what is prepared has to be there to be closed.
      const [replayed, prepared] = await Promise.allSettled([replay(start, progress, signal), prepare()]);
      for (const result of [replayed, prepared]) if (result.status === 'rejected') throw result.reason;
      await rehearse();
      told('chase');
      if (signal.aborted) throw stopped();
      const reign = {
        programVersion: program.version,
        schemaVersion: program.schemaVersion,
        at: new Date().toISOString(),
        predecessor: basename(predecessor),
        predecessorVersion: installation.programVersion,
      };
      const takeover = new Takeover(options, met, predecessor, reign, pageLimit);
      const { ownerLock, sealedAtMs } = await takeover.run();
      return { ownerLock, sealedAtMs, old: met.peer, release };
    } catch (thrown) {
      const error = explained(thrown, directory.nextDatabase);
      met.peer?.send({
        kind: 'failed',
        exitCode: exitCodeOf(error) ?? exitCodes.bug,
        message: error instanceof Error ? error.message : String(error),
      });
      met.peer?.end();
      // From the moment on that the file has its new name there is nothing left of it.
      discardNext(directory);
      met.ownerLock?.release();
      throw error;
    }
  } catch (error) {
    release();
    throw error;
  }
}

/** Either the running version, or its lock where none is running. */
interface Met {
  peer: OldVersion | undefined;
  ownerLock: OwnerLock | undefined;
}

async function meet(options: SuccessorOptions, { pid }: Installation): Promise<Met> {
  const { directory, program, programFile } = options;
  const ownerLock = tryOwnerLock(directory.ownerLock);
  if (ownerLock) {
    undoLinks(directory);
    return { peer: undefined, ownerLock };
  }
  const silent = (cause: unknown): CliError =>
    new CliError(
      exitCodes.unavailable,
      `process ${pid ?? 'unknown'}, which serves ${directory.path}, does not answer: ${(cause as Error).message}`,
      { cause },
    );
  const secret = secretOf(directory);
  const connected = await connectTo(directory.controlSocket(pid ?? 0), handOverPath, secret, answerMs).catch(
    (cause: unknown) => {
      throw silent(cause);
    },
  );
  if ('refusal' in connected) {
    throw new CliError(exitCodes.busy, `process ${pid ?? ''} can't be replaced now: ${connected.refusal}`);
  }
  const peer = peerOn<FromNew, FromOld>(connected.socket, connected.head);
  peer.send({ kind: 'hello', pid: process.pid, version: program.version, program: programFile });
  try {
    await peer.next(answerMs);
  } catch (cause) {
    throw silent(cause);
  }
  return { peer, ownerLock: undefined };
}

type ReignFacts = Omit<Parameters<LogCopy['seal']>[1], 'epoch' | 'position'>;

/** Steps 4 to 11. */
class Takeover {
  private readonly old: Database;
  private readonly projections: readonly Projection[];
  private copy: LogCopy;

  constructor(
    private readonly options: SuccessorOptions,
    private readonly met: Met,
    private readonly predecessor: string,
    private readonly reign: ReignFacts,
    private readonly mostPages: number,
  ) {
    const { directory, ladder } = options;
    this.projections = projectionsOf(ladder);
    this.old = openDatabase(directory.database);
    this.copy = LogCopy.goOn(directory.nextDatabase, directory.database, this.projections, mostPages);
  }

  async run(): Promise<{ ownerLock: OwnerLock; sealedAtMs: number }> {
    const { reached, signal, directory, direction, ladder } = this.options;
    try {
      await this.chase();
      if (signal.aborted) throw stopped();
      reached('ask');
      const { seal, atMs } = await this.sealOld();
      reached('tail');
      // Meanwhile clients may have used what this version does not know.
      requireFit(this.old, ladder, direction === 'revert');
      this.copyUpTo(seal.position);
      this.copy.seal(seal, { ...this.reign, epoch: seal.epoch + 1, position: seal.position });
      syncFile(directory.nextDatabase);
      reached('fence');
      this.fenceOld(seal);
      const ownerLock = await this.own(seal);
      reached('rename');
      takePlace(directory, this.predecessor);
      return { ownerLock, sealedAtMs: atMs };
    } finally {
      this.copy.close();
      this.old.close();
    }
  }

  /** The bulk is on the disk before anybody waits, and the old write-ahead log is short. */
  private async chase(): Promise<void> {
    const { directory } = this.options;
    await this.level();
    this.copy.close();
    syncFile(directory.nextDatabase);
    this.copy = LogCopy.goOn(directory.nextDatabase, directory.database, this.projections, this.mostPages);
    // PASSIVE waits for nobody; any other kind makes the running version wait for readers.
    this.old.pragma('wal_checkpoint(PASSIVE)');
    await this.level();
  }

  /** Each round is shorter than the one before, as long as events are copied faster than they happen. */
  private async level(): Promise<void> {
    for (let rounds = 0; rounds < 100; rounds++) {
      const total = this.copy.sourcePosition();
      if (total - this.copy.position <= nearlyLevel) return;
      for (const position of this.copy.copyTo(total)) {
        this.options.progress(position, total);
        // The connection to the running version has to be heard in between.
        await wait(0);
        if (this.options.signal.aborted) throw stopped();
      }
    }
  }

  private copyUpTo(position: number): void {
    for (const _page of this.copy.copyTo(position));
  }

  private async sealOld(): Promise<{ seal: Seal; atMs: number }> {
    const { peer } = this.met;
    if (!peer) return this.sealAlone();
    peer.send({ kind: 'seal', leaseMs });
    try {
      const sealed = await peer.next(answerMs);
      if (sealed.kind === 'sealed') return sealed;
      const why = sealed.kind === 'refused' ? sealed.message : sealed.kind;
      throw new CliError(exitCodes.unavailable, `the running version does not hand over: ${why}`);
    } catch (error) {
      if (error instanceof PeerSilent) {
        throw new CliError(
          exitCodes.unavailable,
          `the running version does not answer: nothing was changed`,
          { cause: error },
        );
      }
      if (!(error instanceof PeerGone)) throw error;
      this.met.peer = undefined;
      this.met.ownerLock = await this.lockWithin(leaseMs);
      return this.sealAlone();
    }
  }

  /** Where nobody is running, this process is the one in charge and seals the log itself. */
  private sealAlone(): { seal: Seal; atMs: number } {
    const { mode, epoch } = readInstallation(this.old);
    return {
      seal: mode === 'live' ? seal(this.old, epoch) : sealNow(this.old, epoch),
      atMs: performance.timeOrigin + performance.now(),
    };
  }

  private fenceOld(seal: Seal): void {
    if (fence(this.old, seal) || (readInstallation(this.old).mode === 'fenced' && !this.met.peer)) {
      this.met.peer?.send({ kind: 'fenced', seal });
      return;
    }
    throw new CliError(
      exitCodes.busy,
      'the running version went on before the new one was ready: nothing was changed, try again',
    );
  }

  /** The owner's lock shows that the other has closed the database. */
  private async own(seal: Seal): Promise<OwnerLock> {
    const ownerLock = this.met.ownerLock ?? (await this.ownerLockOfOld(seal));
    this.options.reached('own');
    const { mode } = readInstallation(this.old);
    const now = sealNow(this.old, seal.epoch);
    if (mode !== 'fenced' || now.position !== seal.position || now.hash !== seal.hash) {
      ownerLock.release();
      throw new CliError(exitCodes.busy, 'somebody else took charge: nothing was changed, try again');
    }
    keepSpentLog(this.options.directory);
    this.old.close();
    return ownerLock;
  }

  private async ownerLockOfOld(seal: Seal): Promise<OwnerLock> {
    const { force } = this.options;
    const { pid, pidStarted, bootId } = readInstallation(this.old);
    try {
      await this.met.peer?.next(answerMs);
    } catch (error) {
      if (error instanceof PeerSilent) {
        if (!force || pid === null || !isSameProcess({ pid, pidStarted, bootId })) {
          unfence(this.old, seal);
          throw new CliError(
            exitCodes.unavailable,
            `process ${pid ?? ''} has sealed its log and stopped answering: it may go on; end it, or use --force`,
            { cause: error },
          );
        }
        process.kill(pid, 'SIGKILL');
      } else if (!(error instanceof PeerGone)) throw error;
    }
    if (this.met.peer?.isClosed) this.met.peer = undefined;
    return this.lockWithin(answerMs);
  }

  /** Of a process that has freed it, or is dying. */
  private async lockWithin(limitMs: number): Promise<OwnerLock> {
    const { directory } = this.options;
    const deadlineMs = performance.now() + limitMs;
    while (performance.now() < deadlineMs) {
      const lock = tryOwnerLock(directory.ownerLock);
      if (lock) return lock;
      await wait(1);
    }
    throw new CliError(exitCodes.busy, `${directory.path} is served by another process now: try again`);
  }
}

function secretOf(directory: DataDirectory): string {
  return reading(directory, readHandshakeSecret);
}

function reading<T>({ database }: DataDirectory, read: (db: Database) => T): T {
  const db = openDatabase(database, 'read');
  try {
    return read(db);
  } finally {
    db.close();
  }
}
