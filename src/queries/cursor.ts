import { Refusal } from '../refusal.js';

/** A page of a list. */
export interface Items<T> {
  readonly items: readonly T[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
}

/** Makes a page of one row more than was asked for: if it is there, there is a next page, after the last row shown. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  key: (row: R) => number,
  show: (row: R) => T,
): Items<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(show),
    next: rows.length > limit && last !== undefined ? cursorAfter(key(last)) : null,
  };
}

export function cursorAfter(key: number): string {
  return Buffer.from(String(key)).toString('base64url');
}

/** What `pageOf` put into a cursor. @throws Refusal `malformed-request` */
export function readCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{1,15}$/.test(text)) {
    throw new Refusal('malformed-request', 'cursor has to be what "next" of an earlier answer said', {
      parameter: 'cursor',
    });
  }
  return Number(text);
}
