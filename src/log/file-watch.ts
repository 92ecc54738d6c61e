import { spawnSync } from 'node:child_process';
import { statSync, type BigIntStats } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codeOf, type Database, type Statement } from './database.js';
import type { Checkpoint } from './file-note.js';
import { readHead, type Head } from './log.js';
import type { WalFiles } from './wal-fit.js';

/** Files that were opened aren't what their names lead to any more: nothing that is written into them would be found. */
export interface Loss {
  /** A sentence with the way out. */
  readonly message: string;
  /** Whether what is read is still what was written: what was opened is whole, though others won't find it. */
  readonly isReadable: boolean;
  /** It could not be looked at, for want of room: perhaps nothing is lost. */
  readonly isUnsure?: true;
}

const suffixes = ['', '-wal', '-shm'] as const;

/**
 * Watches the files of a database from one of its connections. A name is asked for, never opened: to close a file is to lose
 * all locks on it (fcntl(2), "record locks").
 */
export class FileWatch {
  /** What the last look has found. */
  found: Loss | undefined;
  private readonly opened: readonly (string | undefined)[];
  private written: string | undefined;
  private copied: Checkpoint = { log: 0, checkpointed: 0 };
  private isNoted = true;
  private head: Head;
  private overwritten: Loss | undefined;
  /** It takes a process of its own. */
  private looksAgainMs = 0;
  private readonly checkpoint: Statement<[], Checkpoint>;
  private readonly findHead: Statement<[], Head>;

  constructor(
    private readonly db: Database,
    private readonly files: WalFiles,
  ) {
    this.checkpoint = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.findHead = db.prepare<[], Head>('SELECT position, lower(hex(hash)) AS hash FROM head');
    this.head = readHead(db); // who has read has all three open
    this.opened = identitiesOf(files.database);
    this.written = writtenOf(this.stat());
    this.copied = this.readCopied();
  }

  /** Asked once after each time that all of the log was copied into the file. */
  isJustCopied(): boolean {
    const isJustCopied = !this.isNoted && this.copied.log === this.copied.checkpointed;
    if (isJustCopied) this.isNoted = true;
    return isJustCopied;
  }

  /** What became of the files; nothing while all is well. Before something is written, and before that is told. */
  look(): Loss | undefined {
    this.found = this.lookAgain();
    return this.found;
  }

  private lookAgain(): Loss | undefined {
    if (this.overwritten) return this.overwritten;
    const now = suffixes.map((suffix) => this.stat(suffix));
    const index = now.findIndex((stat, index) => identityOf(stat) !== this.opened[index]);
    if (index !== -1) {
      const suffix = suffixes[index] ?? '';
      if (suffix === '-wal' && writtenOf(now[0]) === this.written) this.rescue();
      return this.lossOf(suffix, now[index] !== undefined);
    }
    const written = writtenOf(now[0]);
    const copied = this.readCopied();
    // This process, or another, may have copied the log into the file.
    const isCopied = copied.checkpointed !== this.copied.checkpointed;
    if (isCopied) this.isNoted = false;
    if (written !== this.written && !isCopied) {
      const why = now[0]?.size === 0n ? 'the file is empty' : this.misfit();
      if (why === undefined) return this.notSeen();
      if (why !== '') return this.overwrittenFor(why);
    }
    [this.written, this.copied] = [written, copied];
    return undefined;
  }

  /** Everything up to here is going to be told: a file without it is another. */
  note(): void {
    this.head = this.orAsBefore(() => this.findHead.get(), this.head);
  }

  /** What was told is in a log without a name: it still gets into the file, which has its own. */
  private rescue(): void {
    this.orAsBefore(() => this.db.pragma('wal_checkpoint(PASSIVE)'), undefined);
    this.written = writtenOf(this.stat());
  }

  private lossOf(suffix: string, isThere: boolean): Loss {
    const file = this.files.database + suffix;
    const became = isThere ? 'was replaced by another' : 'was removed';
    const wayOut =
      suffix === ''
        ? 'to go on with what was here, put the file back under its name; to use another, stop the server and move db.sqlite-wal and db.sqlite-shm away'
        : 'stop the server and start it again';
    return { message: `${file} ${became} while it was in use: ${wayOut}`, isReadable: true };
  }

  /**
   * Somebody has written into the file, and it was not its log that they copied; or a copy of it was broken off, as there was no room. Why that
   * was wrong, or ''; undefined where it could not be looked at.
   */
  private misfit(): string | undefined {
    if (performance.now() < this.looksAgainMs) return undefined;
    const { database, alone } = this.files;
    const { position, hash } = this.head;
    const args = [fileURLToPath(fitProcess), database, alone, String(position), hash];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status === 0) return stdout;
    this.looksAgainMs = performance.now() + betweenLooksMs;
    return undefined;
  }

  /** Where there is no room, there is none to look into the file either. */
  private notSeen(): Loss {
    const message = `there is no telling whether ${this.files.database} is whole: make room on its disk, and writing goes on`;
    return { message, isReadable: true, isUnsure: true };
  }

  private overwrittenFor(why: string): Loss {
    const message = `${this.files.database} was overwritten while it was in use (${why}): stop the server; then move db.sqlite-wal and db.sqlite-shm away to use the file as it is, or put the original back`;
    this.overwritten = { message, isReadable: false };
    return this.overwritten;
  }

  /** Something is committed already: what can't be read now changes nothing about that. */
  private orAsBefore<T>(read: () => T | undefined, before: T): T {
    try {
      return read() ?? before;
    } catch (error) {
      if (codeOf(error) === '') throw error;
      return before;
    }
  }

  private stat(suffix = ''): BigIntStats | undefined {
    return statOf(this.files.database + suffix);
  }

  private readCopied(): Checkpoint {
    return this.orAsBefore(() => this.checkpoint.get(), this.copied);
  }
}

const betweenLooksMs = 1_000;

const fitProcess = new URL('../log/fit-process.js', import.meta.url);

/** Which files the names of a database lead to: it, its write-ahead log, and the index of that. */
export function identitiesOf(database: string): readonly (string | undefined)[] {
  return suffixes.map((suffix) => identityOf(statOf(database + suffix)));
}

function statOf(file: string): BigIntStats | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false });
}

function identityOf(stat: BigIntStats | undefined): string | undefined {
  return stat && `${stat.dev} ${stat.ino}`;
}

function writtenOf(stat: BigIntStats | undefined): string | undefined {
  return stat && `${stat.mtimeNs} ${stat.size}`;
}
