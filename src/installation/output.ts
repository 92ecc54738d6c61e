import { printable, printableLines } from '../printable.js';

/** What a verb found, as JSON for machines or as text for people, neither of which a terminal obeys. */
export function print(json: boolean | undefined, value: unknown, text: () => string): void {
  process.stdout.write(`${json ? printable(JSON.stringify(value)) : printableLines(text())}\n`);
}

/** Options that every verb has. */
export interface CommonOptions {
  readonly data: string;
  readonly json?: boolean;
  /** The directory of the ladder's rungs; none: those that came with the program. */
  readonly migrations?: string;
}
