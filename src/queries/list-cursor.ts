import type { Database } from '../log/database.js';
import { placeOrder } from '../projections/pages.js';
import { Refusal } from '../refusal.js';
import { readKey, type Part } from './cursor.js';
import type { Sort } from './page-choice.js';

/** A place in a sorted list: right after the page with that number, which had that key. */
export interface After {
  readonly key: string;
  readonly number: number;
}

/**
 * What a cursor holds of a place in a list: what the page was sorted by then, whatever becomes of it. Of its place in the tree it
 * says as of which position, as those who may see a page may not be told what is above it.
 */
export function cursorText(by: Sort['by'], { key, number }: After, position: number): string {
  switch (by) {
    case 'number':
      return String(number);
    case 'order':
      return `${number}@${position}`;
    default:
      return `${number}@${Buffer.from(key).toString('base64url')}`;
  }
}

/** Reads it again. @throws Refusal `malformed-request` */
export function cursorReader(db: Database) {
  const placeThen = db.prepare<[number, number], { parent: string | null; rank: string | null }>(
    `SELECT parent, rank FROM places WHERE page = ? AND from_position <= ? ORDER BY from_position DESC LIMIT 1`,
  );
  return (part: Omit<Part, 'limit'>, by: Sort['by']): After | undefined => {
    const text = readKey(part);
    if (text === undefined) return undefined;
    const [number, rest = ''] = text.split('@');
    if (by !== 'order') {
      return { number: Number(number), key: Buffer.from(rest, 'base64url').toString() };
    }
    const place = placeThen.get(Number(number), Number(rest));
    if (place) return { number: Number(number), key: placeOrder(place.parent, place.rank) };
    throw new Refusal('malformed-request', 'cursor has to be what "next" of an answer said', {
      parameter: 'cursor',
    });
  };
}
