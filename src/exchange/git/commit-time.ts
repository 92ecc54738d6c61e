/** `odd`: what stands in the commit where `at` is not quite that; null: it is. */
export interface CommitTime {
  readonly at: Date;
  readonly odd: string | null;
}

/**
 * When a commit was made. `seconds` is what git makes of the committer's date: nothing where it can't read that, as before
 * 1970. Then the commit itself is read. A time beyond the years 0 to 9999 is the first or the last moment of them; where there is no time, it
 * is the author's, and without that the beginning of 1970.
 */
export async function commitTime(seconds: string, readCommit: () => Promise<Buffer>): Promise<CommitTime> {
  if (/^\d+$/.test(seconds)) return within(seconds);
  const header = (await readCommit()).toString('latin1').split('\n\n', 1)[0] ?? '';
  const committed = dateIn(header, 'committer');
  const time = within(/^-?\d+/.exec(committed)?.[0] ?? /^-?\d+/.exec(dateIn(header, 'author'))?.[0] ?? '0');
  return /^-?\d+/.test(committed) ? time : { ...time, odd: committed === '' ? 'none' : committed };
}

/** What follows the address: seconds since 1970 and a time zone, if all is well. */
function dateIn(header: string, who: 'author' | 'committer'): string {
  return (new RegExp(`^${who} [^\\n]*> *([^>\\n]*)$`, 'm').exec(header)?.[1] ?? '').trim();
}

function within(seconds: string): CommitTime {
  const milliseconds = Number(seconds) * 1000;
  const at = new Date(Math.min(Math.max(milliseconds, first), last));
  return { at, odd: at.getTime() === milliseconds ? null : seconds };
}

/** What ISO 8601 writes with four digits. */
const first = Date.parse('0000-01-01T00:00:00.000Z');
const last = Date.parse('9999-12-31T23:59:59.999Z');
