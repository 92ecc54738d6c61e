/** What a write builds on: a page, or a document, as the client answered it; or its content version. */
export type Seen = number | object;

/** The tags of what was answered: a document alone doesn't say its version. */
const tags = new WeakMap<object, string>();

export function rememberTag(answered: unknown, tag: string | null): void {
  if (typeof answered === 'object' && answered !== null && tag !== null) tags.set(answered, tag);
}

/**
 * The value of `If-Match`, for what builds on something that was seen. The items of a batch bring it along by themselves.
 * @throws Error when the client hasn't answered it and it doesn't tell its content version
 */
export function etagOf(seen: Seen): string {
  if (typeof seen === 'number') return `"v${seen}"`;
  const tag = tags.get(seen);
  if (tag !== undefined) return tag;
  if ('contentVersion' in seen && typeof seen.contentVersion === 'number') return `"v${seen.contentVersion}"`;
  throw new Error('Build on a page or a document as the client answered it, or on a content version');
}
