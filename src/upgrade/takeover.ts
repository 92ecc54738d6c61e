import { setTimeout as wait } from 'node:timers/promises';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { openDatabase, type Database } from '../log/database.js';
import { fence, seal, sealNow, unfence, type Seal } from '../log/hand-over.js';
import { isSameProcess, readInstallation } from '../log/installation.js';
import { tryOwnerLock, type OwnerLock } from '../log/owner-lock.js';
import { requireFit } from '../ladder/fit-ladder.js';
import { projectionsOf } from '../projections/index.js';
import type { Projection } from '../projections/projection.js';
import { LogCopy } from './copy-log.js';
import { keepSpentLog, syncFile, takePlace } from '../installation/files.js';
import { answerMs, type Met } from './meet.js';
import { PeerGone, PeerSilent } from './peer.js';
import { stopped } from './replay.js';
import type { SuccessorOptions } from './successor-options.js';

/** Without a word from the new version the old one goes on after this long. */
const leaseMs = 2_000;
/** So few events behind, the rest takes a millisecond or two. */
const nearlyLevel = 50;

type ReignFacts = Omit<Parameters<LogCopy['seal']>[1], 'epoch' | 'position'>;

/** Steps 4 to 11: from a copy that is nearly level to one that has the name of the database. */
export class Takeover {
  private readonly old: Database;
  private readonly projections: readonly Projection[];
  private copy: LogCopy;
  private unfinished: unknown;

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

  async run(): Promise<{ ownerLock: OwnerLock; sealedAtMs: number; unfinished: unknown }> {
    const { reached, signal, directory, direction, ladder } = this.options;
    try {
      await this.chase();
      if (signal.aborted) throw stopped();
      reached('ask');
      const { seal, atMs } = await this.sealOld();
      reached('tail');
      // Meanwhile clients may have used what this version does not know.
      requireFit(this.old, ladder, direction === 'revert' || undefined);
      this.copyUpTo(seal.position);
      this.copy.seal(seal, { ...this.reign, epoch: seal.epoch + 1, position: seal.position });
      syncFile(directory.nextDatabase);
      reached('fence');
      this.fenceOld(seal);
      const ownerLock = await this.own(seal);
      reached('rename');
      takePlace(directory, this.predecessor);
      return { ownerLock, sealedAtMs: atMs, unfinished: this.unfinished };
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
      throw new OperatorError(exitCodes.unavailable, `the running version does not hand over: ${why}`);
    } catch (error) {
      if (error instanceof PeerSilent) {
        throw new OperatorError(
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
    throw new OperatorError(
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
      throw new OperatorError(exitCodes.busy, 'somebody else took charge: nothing was changed, try again');
    }
    keepSpentLog(this.options.directory);
    this.old.close();
    return ownerLock;
  }

  private async ownerLockOfOld(seal: Seal): Promise<OwnerLock> {
    const { force } = this.options;
    const { pid, pidStarted, bootId } = readInstallation(this.old);
    try {
      const said = await this.met.peer?.next(answerMs);
      if (said?.kind === 'closed') this.unfinished = said.unfinished;
    } catch (error) {
      if (error instanceof PeerSilent) {
        if (!force || pid === null || !isSameProcess({ pid, pidStarted, bootId })) {
          unfence(this.old, seal);
          throw new OperatorError(
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
    throw new OperatorError(exitCodes.busy, `${directory.path} is served by another process now: try again`);
  }
}
