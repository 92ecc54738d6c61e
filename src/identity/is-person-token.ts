/**
 * Whether a text looks like a token that an issuer has signed: three parts, of which the first is that of a JSON object.
 * Ordinary tokens of ours don't. What verifies them takes a while to load, and is asked of nothing else.
 */
export function isPersonToken(text: string): boolean {
  return /^e[wy][\w-]+\.[\w-]*\.[\w-]*$/.test(text);
}
