/**
 * The reference tokens of a JSON pointer, unescaped; `[]` is the whole document (RFC 6901).
 * `undefined` when the text is no pointer: it does not begin with `/`, or has a `~` that is not `~0` or `~1`.
 */
export function parsePointer(text: string): readonly string[] | undefined {
  if (text === '') return [];
  if (!text.startsWith('/')) return undefined;
  const tokens = text.slice(1).split('/');
  if (!text.includes('~')) return tokens;
  if (/~(?![01])/.test(text)) return undefined;
  // `~1` first: the other way round `~01` would become `/` (RFC 6901 §4).
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The inverse of {@link parsePointer}; numbers are array indices. */
export function printPointer(tokens: readonly (string | number)[]): string {
  return tokens.map((token) => childPointer('', token)).join('');
}

/** The pointer to a member or an item of what `parent` points to. */
export function childPointer(parent: string, token: string | number): string {
  if (typeof token === 'number' || !/[~/]/.test(token)) return `${parent}/${token}`;
  return `${parent}/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** An array index as RFC 6901 §4 writes it, without sign or leading zeros; `undefined` for anything else. */
export function parseIndex(token: string): number | undefined {
  return /^(?:0|[1-9][0-9]*)$/.test(token) ? Number(token) : undefined;
}
