import type { DataDirectory } from '../installation/data-directory.js';
import type { Ladder } from '../schema/ladder.js';
import type { Signature } from '../log/installation.js';
import type { ProgramFile } from '../installation/program.js';
import type { Reached } from '../installation/first-steps.js';
import type { Step } from './steps.js';
import type { Direction } from './versions.js';

/** What a new version is told about its way to power. */
export interface SuccessorOptions {
  readonly directory: DataDirectory;
  readonly direction: Direction;
  readonly program: Signature;
  readonly ladder: Ladder;
  /** The directory that the ladder comes from, if not from the program. */
  readonly migrations: string | undefined;
  readonly programFile: ProgramFile;
  /** Kill a running version that stops answering after it has sealed its log. */
  readonly force: boolean;
  readonly reached: Reached<Step>;
  /** Ends it cleanly, as long as the old log is not shut. */
  readonly signal: AbortSignal;
  readonly progress: (position: number, total: number) => void;
  /** For tests: how many pages the new file may have. */
  readonly pageLimit: number | undefined;
}
