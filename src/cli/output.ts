/** What a verb found, as JSON for machines or as text for people. */
export function print(json: boolean | undefined, value: unknown, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text()}\n`);
}

/** Options that every verb has. */
export interface CommonOptions {
  readonly data: string;
  readonly json?: boolean;
  /** The directory of the ladder's rungs; none: those that came with the program. */
  readonly migrations?: string;
}
