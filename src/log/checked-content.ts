import type { Database } from './database.js';
import { hashPayload } from './digest.js';
import { requireContent } from './erased.js';

/**
 * A text in the file is not the one that was written. Told as SQLite tells damage that it sees itself: this part is
 * refused, and all else is served.
 */
export class DamagedText extends Error {
  override readonly name = 'DamagedText';
  readonly code = 'SQLITE_CORRUPT_TEXT';
}

/** An event's content with what proves it, hashes in hex; an erased one has neither content nor salt. */
export type Payload = readonly [content: string | null, data: string, salt: string, hash: string];

/** What proves a content, where `events` is joined. */
export const provingColumns = 'events.data, lower(hex(events.salt)), lower(hex(events.payload_hash))';

/**
 * Content on its way from the file into memory, which is where it is looked at once.
 * @throws Refusal `purged` where it was erased; DamagedText where it is not what was written
 */
export function checkedContent([content, data, salt, hash]: Payload): string {
  const text = requireContent(content);
  if (salt !== '' && hashPayload(salt, data, text) === hash) return text;
  throw new DamagedText('a document in the database is not the one that was written');
}

/**
 * Reads the content that came with the event at a position; undefined when there is no such event.
 * @throws as `checkedContent`
 */
export function contentAtFinder(log: Database): (position: number) => string | undefined {
  const select = log
    .prepare<[number], Payload>(`SELECT events.content, ${provingColumns} FROM events WHERE position = ?`)
    .raw(); // a `Payload` is one wherever it is read, and often a part of a longer row
  return (position) => {
    const payload = select.get(position);
    return payload && checkedContent(payload);
  };
}
