import { hash } from 'node:crypto';
import { Refusal } from '../refusal.js';

/** A page of a list. */
export interface Items<T> {
  readonly items: readonly T[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
  /** The log position that they reflect. */
  readonly position: number;
}

/** Which part of a list is asked for: at most `limit` items, from the beginning or from a cursor on. */
export interface Part {
  /** The list's name, see `listName`. */
  readonly list: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** What is listed, and which of it: a cursor of one list means nothing in another. */
export function listName(what: string, filter: Readonly<Record<string, unknown>> = {}): string {
  const chosen = Object.entries(filter).filter(([, value]) => value !== undefined);
  return JSON.stringify([what, ...chosen.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/**
 * Makes a page of one row more than was asked for: if it is there, there is a next page, after the last row shown.
 * @param position what it reflects
 */
export function pageOf<R, T>(
  { list, limit }: Part,
  rows: readonly R[],
  key: (row: R) => number,
  show: (row: R) => T,
  position: number,
): Items<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(show),
    next: rows.length > limit && last !== undefined ? cursorAt(list, String(key(last))) : null,
    position,
  };
}

/** The key that `pageOf` put into a cursor of this very list. @throws Refusal `malformed-request` */
export function readCursor(part: Part): number | undefined {
  const key = readKey(part);
  return key === undefined ? undefined : Number(key);
}

/** What `cursorAt` put into a cursor of this very list. @throws Refusal `malformed-request` */
export function readKey({ list, cursor }: Omit<Part, 'limit'>): string | undefined {
  if (cursor === undefined) return undefined;
  const key = /^(\S{1,1000}) /.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (key !== undefined && cursorAt(list, key) === cursor) return key;
  throw new Refusal(
    'malformed-request',
    'cursor has to be what "next" of an answer to the same question said: ask for the list from its beginning',
    { parameter: 'cursor' },
  );
}

/** With a digest of what it belongs to: a cursor that was cut, or made for another list, would skip items in silence. */
export function cursorAt(list: string, key: string): string {
  const digest = hash('sha256', `${list} ${key}`, 'base64url').slice(0, 16);
  return Buffer.from(`${key} ${digest}`).toString('base64url');
}
