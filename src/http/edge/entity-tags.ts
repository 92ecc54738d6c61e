import { hash } from 'node:crypto';
import { Refusal } from '../../refusal.js';
import { header, type Headers } from './headers.js';

/** What compressing proxies append to a tag, inside the quotes: `-gzip`, `--gzip`, `;gzip`, `-br` and their kind. */
const codings = /(?:(?:--?|;)(?:x-)?(?:gzip|br|zstd|deflate|compress))+"$/;

/**
 * The opaque tags of a list (RFC 9110 §8.8.3, §5.6.1), weak or not, without what a proxy has appended. Several lines of a header are one
 * list. Nothing for what is none.
 */
function entityTags(text: string): readonly string[] | undefined {
  const tags: string[] = [];
  const elements = text
    .replace(/(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g, (_tag, opaque: string) => {
      tags.push(opaque.replace(codings, '"'));
      return 'tag';
    })
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
  const isList = tags.length > 0 && elements.length === tags.length;
  return isList && elements.every((element) => element === 'tag') ? tags : undefined;
}

/**
 * The content version in `If-Match`, or several of which any will do: entity tags of ours (`"v17-s3"`,
 * `"v17-s3-p912"`) or the short form `"v17"`. A tag that is not ours matches nothing, so it gives version 0.
 * @throws Refusal `malformed-request` for a header that names no version; `*` would let the last save win
 */
export function expectedVersionOf(headers: Headers): number | readonly number[] | undefined {
  const text = header(headers, 'if-match');
  if (text === undefined) return undefined;
  const tags = entityTags(text);
  if (!tags) {
    throw new Refusal(
      'malformed-request',
      `If-Match has to name the version that you saw, such as "v17" with the quotes, not ${text}`,
      { header: 'If-Match' },
    );
  }
  const versions = [...new Set(tags.map(versionOf))];
  return versions.length === 1 ? versions[0] : versions;
}

function versionOf(tag: string): number {
  const version = /^"v(\d{1,9})(?:-s\d+(?:-p\d+(?:-[0-9a-f]{16})?)?)?"$/.exec(tag)?.[1];
  return version === undefined ? 0 : Number(version);
}

/**
 * Whether `If-None-Match` (RFC 9110 §13.1.2) names this entity tag; the comparison is weak.
 * @throws Refusal `malformed-request` for what is neither `*` nor a list of entity tags
 */
export function isNotModified(headers: Headers, etag: string): boolean {
  const text = header(headers, 'if-none-match');
  if (text === undefined) return false;
  if (text === etag || text.trim() === '*') return true;
  const tags = entityTags(text);
  if (tags) return tags.includes(etag);
  throw new Refusal(
    'malformed-request',
    `If-None-Match has to be a list of entity tags, such as ${etag} with the quotes, or *, not ${text}`,
    { header: 'If-None-Match' },
  );
}

/** The tag of a text that has no version: a digest of it. */
export function tagOf(body: string): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
}
