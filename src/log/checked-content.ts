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

/** The columns of `Payload`. */
export const payloadColumns = `events.content, ${provingColumns}`;

/**
 * Content on its way from the file into memory, which is where it is looked at once.
 * @throws Refusal `purged` where it was erased; DamagedText where it is not what was written
 */
export function checkedContent([content, data, salt, hash]: Payload): string {
  const text = requireContent(content);
  if (salt !== '' && hashPayload(salt, data, text) === hash) return text;
  throw new DamagedText('a document in the database is not the one that was written');
}
