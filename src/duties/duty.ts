import type { FileStore } from '../files/file-store.js';
import type { Database } from '../log/database.js';
import type { DataDirectory } from '../installation/data-directory.js';
import type { Settings } from '../installation/settings.js';
import type { Ladder } from '../schema/ladder.js';

/** What duties are done on. A duty that needs more of the one in charge (its writer, say) gets it by a member here. */
export interface Ground {
  readonly directory: DataDirectory;
  /** As far as clients may use it. */
  readonly ladder: Ladder;
  readonly settings: Pick<Settings, 'hourMs'>;
  /** What requests are answered from, and where their files arrive: only to be used while `isInCharge`. */
  readonly db: Database;
  readonly files: FileStore;
  /** False in a log that is sealed, changing hands or out of reach; asked again in long work. */
  readonly isInCharge: () => boolean;
}

/**
 * Something that the one in charge does by itself, again and again. What it has done and what is due is to be seen in the
 * database: it may be killed at any time, and another process may go on with it.
 */
export interface Duty {
  /** A time that comes while the duty is still at work is passed over. */
  readonly everyMs: (ground: Ground) => number;
  /** Does what is due by now. What it throws is logged after `failure`, and it is tried again at the next time. */
  readonly run: (ground: Ground) => Promise<void>;
  /** What is to be read in the log when it fails: a sentence that says when it is tried again. */
  readonly failure: string;
}
