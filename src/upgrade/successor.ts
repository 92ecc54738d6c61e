import { basename } from 'node:path';
import { requireDatabase, type DataDirectory } from '../installation/data-directory.js';
import { requireOwnDatabase } from '../installation/database-header.js';
import { exitCodes } from '../installation/operator-error.js';
import { exitCodeOf, sentenceOf } from '../installation/exit-code.js';
import { openDatabase, type Database } from '../log/database.js';
import { readInstallation } from '../log/installation.js';
import type { OwnerLock } from '../log/owner-lock.js';
import { asOperatorError } from './copy-log.js';
import { discardNext, discardSpentLog } from '../installation/files.js';
import { meet, type OldVersion } from './meet.js';
import { mostPages, requireRights, requireRoom } from './preflight.js';
import { replay, stopped } from './replay.js';
import type { Step } from './steps.js';
import type { SuccessorOptions } from './successor-options.js';
import { Takeover } from './takeover.js';
import { discardProgress, takeUpgradeLock, writeProgress } from './upgrade-lock.js';
import { mayReplace } from './versions.js';

/** The right to serve the new database, and what the running version waits to hear. */
export interface Succession {
  readonly ownerLock: OwnerLock;
  /** When read-only mode began, in milliseconds since 1970, with fractions. */
  readonly sealedAtMs: number;
  /** What only the memory of the running version knew. Undefined where it said nothing. */
  readonly unfinished: unknown;
  /** Undefined where no version was running. */
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

/**
 * Steps 1 to 11: builds a new database from the log of the running version and puts it in its place. Undefined when this
 * version is in charge already. Whoever is killed here is cleared up after by the next to start.
 * @throws OperatorError 65, 69, 73, 75, 77, 78; WrongDatabase
 */
export async function succeed(
  options: SuccessorOptions,
  { prepare, rehearse }: Preparations,
): Promise<Succession | undefined> {
  const { directory, direction, program, ladder, migrations, reached, signal } = options;
  requireDatabase(directory);
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
        ladder: { directory: migrations, upTo: ladder.finalized },
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
        ladderHash: program.ladderHash,
        at: new Date().toISOString(),
        predecessor: basename(predecessor),
        predecessorVersion: installation.programVersion,
      };
      const takeover = new Takeover(options, met, predecessor, reign, pageLimit);
      return { ...(await takeover.run()), old: met.peer, release };
    } catch (thrown) {
      const error = asOperatorError(thrown, directory.nextDatabase);
      met.peer?.send({
        kind: 'failed',
        exitCode: exitCodeOf(error) ?? exitCodes.bug,
        message: error instanceof Error ? sentenceOf(error) : String(error),
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

function reading<T>({ database }: DataDirectory, read: (db: Database) => T): T {
  const db = openDatabase(database, 'read');
  try {
    return read(db);
  } finally {
    db.close();
  }
}
