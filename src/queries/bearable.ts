/** How much a read may be, where all others wait while it is answered. */
export interface Bearable {
  /** Of text that is passed on as it is stored, or that parts are picked from. */
  readonly bytes: number;
  /** Of text that is converted, or compared. */
  readonly parsedBytes: number;
  /** Of a list; ten that are only looked at count as one. */
  readonly rows: number;
}

/** Less than a few milliseconds of any of them. */
export const small: Bearable = { bytes: 256 * 1024, parsedBytes: 64 * 1024, rows: 100 };

export const anything: Bearable = {
  bytes: Number.MAX_SAFE_INTEGER,
  parsedBytes: Number.MAX_SAFE_INTEGER,
  rows: Number.MAX_SAFE_INTEGER,
};

/** For tests: nothing is small enough. */
export const nothing: Bearable = { bytes: -1, parsedBytes: -1, rows: -1 };

/** Thrown where a read is more than `Bearable`: it has to be asked of a thread of its own. */
export class TooDear extends Error {
  override readonly name = 'TooDear';
}
