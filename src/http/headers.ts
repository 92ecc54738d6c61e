import { Refusal } from '../refusal.js';
import { requireServed, type Ladder } from '../schema/ladder.js';

/** Header names in lower case, as Node gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The schema versions that are served. */
export interface Served {
  readonly ladder: Ladder;
  readonly schema: { minimum(): number };
}

/**
 * The schema version that the client speaks, if it says one.
 * @throws Refusal `malformed-request`, `schema-version-unknown`, `schema-version-too-old`, `schema-not-finalized`
 */
export function schemaVersionOf(headers: Headers, { ladder, schema }: Served): number | undefined {
  const text = header(headers, 'schema-version');
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) {
    throw new Refusal('malformed-request', `Schema-Version has to be a whole number, not "${text}"`, {
      header: 'Schema-Version',
    });
  }
  const version = Number(text);
  requireServed(ladder, schema.minimum(), version);
  return version;
}

/**
 * The content version in `If-Match`: an ETag of ours (`"v17-s3"`, `"v17-s3-p912"`) or the short form `"v17"`.
 * A tag that is not ours matches nothing, so it gives version 0.
 * @throws Refusal `malformed-request` for a header that is no single entity tag (RFC 9110 §8.8.3); `*` would let
 *   the last save win, so it is no version either
 */
export function expectedVersionOf(headers: Headers): number | undefined {
  const text = header(headers, 'if-match')?.trim();
  if (text === undefined) return undefined;
  if (!/^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(text)) {
    throw new Refusal(
      'malformed-request',
      `If-Match has to name one version, such as "v17" with the quotes, not ${text}`,
      {
        header: 'If-Match',
      },
    );
  }
  const version = /^(?:W\/)?"v(\d{1,9})(?:-s\d+(?:-p\d+)?)?"$/.exec(text)?.[1];
  return version === undefined ? 0 : Number(version);
}

/** @throws Refusal `precondition-required` */
export function required<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new Refusal('precondition-required', `this request needs the header ${name}`, { header: name });
}

/** Whether `If-None-Match` (RFC 9110 §13.1.2) names this entity tag; the comparison is weak. */
export function isNotModified(headers: Headers, etag: string): boolean {
  const text = header(headers, 'if-none-match');
  if (text === undefined) return false;
  if (text.trim() === '*') return true;
  return text.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

/**
 * `Copied-Blocks: newId=oldId, …`: which blocks of the document are copies of which; ids are percent-encoded where they
 * hold a comma, an equals sign or anything but ASCII.
 * @throws Refusal `malformed-request`
 */
export function copiesOf(headers: Headers): Readonly<Record<string, string>> | undefined {
  const text = header(headers, 'copied-blocks');
  if (text === undefined) return undefined;
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

export const commentLimit = 2000;

/**
 * `Comment`, plain or as an extended value (`UTF-8''caf%C3%A9`, RFC 8187 §3.2).
 * @throws Refusal `malformed-request`
 */
export function commentOf(headers: Headers): string | undefined {
  const text = header(headers, 'comment');
  if (text === undefined) return undefined;
  const extended = /^utf-8'[^']*'(.*)$/i.exec(text)?.[1];
  const comment = extended === undefined ? text : decodePercent(extended);
  if (
    comment === undefined ||
    (extended === undefined && /[^\x20-\x7e\t]/.test(text)) ||
    comment.length > commentLimit
  ) {
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
