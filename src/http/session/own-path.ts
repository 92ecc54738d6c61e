const charactersLimit = 2_000;

/**
 * Whether somebody may be sent there who has signed in: a path on this very host, and no other way to write another one. Browsers
 * read `\` as `/`, and leave out tabs and line ends.
 */
export function isOwnPath(text: string): boolean {
  if (text.length > charactersLimit || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)) return false;
  const own = 'http://own.invalid';
  if (!URL.canParse(text, own)) return false;
  const { origin, pathname } = new URL(text, own);
  return origin === own && !pathname.startsWith('//');
}
