import { commentLimit } from '../../events/limits.js';
import { Refusal } from '../../refusal.js';
import { requireServed, type Ladder } from '../../schema/ladder.js';

/** Header names in lower case, as Node gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The schema versions that are served. */
export interface Served {
  readonly ladder: Ladder;
  readonly servedVersions: { minimum(): number };
}

/**
 * The schema version that the client speaks, if it says one.
 * @throws Refusal `malformed-request`, `schema-version-unknown`, `schema-version-too-old`, `schema-not-finalized`
 */
export function schemaVersionOf(headers: Headers, { ladder, servedVersions }: Served): number | undefined {
  const text = header(headers, 'schema-version');
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) {
    throw new Refusal('malformed-request', `Schema-Version has to be a whole number, not "${text}"`, {
      header: 'Schema-Version',
    });
  }
  const version = Number(text);
  requireServed(ladder, servedVersions.minimum(), version);
  return version;
}

/** @throws Refusal `precondition-required` */
export function required<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new Refusal('precondition-required', `this request needs the header ${name}`, { header: name });
}

/**
 * `Copied-Blocks: newId=oldId, …`: which blocks of the document are copies of which; ids are percent-encoded where they
 * hold a comma, an equals sign or anything but ASCII.
 * @throws Refusal `malformed-request`
 */
export function copiesOf(headers: Headers): Readonly<Record<string, string>> | undefined {
  const text = header(headers, 'copied-blocks');
  if (text === undefined) return undefined;
  if (notAscii.test(text)) {
    throw new Refusal('malformed-request', 'Copied-Blocks has to be ASCII: escape all else by percents', {
      header: 'Copied-Blocks',
    });
  }
  const pairs = text.split(',').map((pair) => pair.split('=').map((id) => decodePercent(id.trim())));
  const copies = new Map<string, string>();
  for (const [copy, original, ...more] of pairs) {
    if (!copy || !original || more.length > 0 || copies.has(copy)) {
      throw new Refusal(
        'malformed-request',
        'Copied-Blocks has to be a list of newId=oldId, separated by commas, each newId once',
        { header: 'Copied-Blocks' },
      );
    }
    copies.set(copy, original);
  }
  return Object.fromEntries(copies);
}

/** Node reads bytes above ASCII as Latin-1, whatever they were. */
const notAscii = /[^\x20-\x7e\t]/;

/**
 * `Comment`, plain or as an extended value (`UTF-8''caf%C3%A9`, RFC 8187 §3.2).
 * @throws Refusal `malformed-request`
 */
export function commentOf(headers: Headers): string | undefined {
  const text = header(headers, 'comment');
  if (text === undefined) return undefined;
  const [, charset, extended] = /^(utf-8|iso-8859-1)'[^']*'(.*)$/i.exec(text) ?? [];
  const comment = extended === undefined ? text : decodePercent(extended);
  // RFC 5987 knew ISO 8859-1, too; RFC 8187 knows it no longer.
  const isLatin1 = charset?.toLowerCase() === 'iso-8859-1';
  if (comment === undefined || isLatin1 || notAscii.test(text) || comment.length > commentLimit) {
    throw new Refusal(
      'malformed-request',
      `Comment has to be plain ASCII, or UTF-8'' with percent escapes (RFC 8187), of at most ${commentLimit} characters`,
      { header: 'Comment' },
    );
  }
  return comment;
}

function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** @throws Refusal `malformed-request` for a key longer than 255 characters or empty */
export function idempotencyKeyOf(headers: Headers): string | undefined {
  const key = header(headers, 'idempotency-key');
  if (key !== undefined && (key.length === 0 || key.length > 255)) {
    throw new Refusal('malformed-request', 'Idempotency-Key has to have 1 to 255 characters', {
      header: 'Idempotency-Key',
    });
  }
  return key;
}
