/** Headers that clients send; OpenAPI names them as parameters. */
export const requestHeaders = {
  'Schema-Version': {
    name: 'Schema-Version',
    description: 'The newest migration that the client knows; reads without it answer at the current one',
    schema: { type: 'integer', minimum: 1 },
    example: 1,
  },
  'If-Match': {
    name: 'If-Match',
    description:
      'The content version that the client saw: its ETag, or `"v17"` for short; a list of them: any will do',
    schema: { type: 'string' },
    example: '"v17"',
  },
  'If-None-Match': {
    name: 'If-None-Match',
    description: 'The ETags that the client has (RFC 9110 §13.1.2)',
    schema: { type: 'string' },
    example: '"v17-s1"',
  },
  'User-Token': {
    name: 'User-Token',
    description:
      'The token of the visitor whom a rendering server asks for: what is protected is shown as far as the visitor may view it. It counts beside a token that `delegates` alone',
    schema: { type: 'string' },
  },
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    description: 'Makes a repetition safe: the same request gets the first answer again',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  Comment: {
    name: 'Comment',
    description: "Why, for the list of versions: plain ASCII, or `UTF-8''caf%C3%A9` (RFC 8187)",
    schema: { type: 'string' },
  },
  'Copied-Blocks': {
    name: 'Copied-Blocks',
    description: 'Which blocks of the document are copies of which: `newId=oldId, …`',
    schema: { type: 'string' },
    example: 'b7=b2',
  },
  'Last-Event-ID': {
    name: 'Last-Event-ID',
    description: 'The position after which a stream goes on',
    schema: { type: 'integer', minimum: 0 },
  },
} as const;

export type HeaderName = keyof typeof requestHeaders;

/** Headers of answers. */
const answerHeaders = {
  Position: {
    description: 'The log position that the answer reflects',
    schema: { type: 'integer', minimum: 0 },
  },
  ETag: {
    description: 'What was seen, for `If-None-Match`; of one page, for `If-Match`, too',
    schema: { type: 'string', example: '"v17-s1"' },
  },
  'Content-Version': { description: 'The content version answered', schema: { type: 'integer', minimum: 1 } },
  'Schema-Version': {
    description: 'The schema version that the content is answered in',
    schema: { type: 'integer', minimum: 1 },
  },
  'Cache-Control': { description: 'Who may keep it, and how long', schema: { type: 'string' } },
  'CDN-Cache-Control': {
    description: 'The same for a cache that is trusted to ask again for each visitor (RFC 9213)',
    schema: { type: 'string' },
  },
  'Set-Cookie': {
    description: 'The session: `HttpOnly`, `SameSite=Lax`, and `Secure` but for `localhost`',
    schema: { type: 'string' },
  },
  Vary: { description: 'What else the answer depends on', schema: { type: 'string' } },
  'Surrogate-Key': {
    description:
      'For readers alone, separated by spaces: what a shared cache may be purged by. Of a page its id, those of the pages above it (`deep` where they are many) and `type:TYPE`, of lists `list`, of the tree `tree`. The operator may have chosen another header for it',
    schema: { type: 'string' },
  },
  Deprecation: {
    description: 'Since when the schema version of the request is to go, once that is announced (RFC 9745)',
    schema: { type: 'string', example: '@1767225600' },
  },
  Sunset: {
    description: 'When the schema version of the request goes, once that is announced (RFC 8594)',
    schema: { type: 'string', example: 'Fri, 01 Jan 2027 00:00:00 GMT' },
  },
  'Accept-Ranges': {
    description: 'The units of ranges (RFC 9110 §14.3)',
    schema: { type: 'string', example: 'bytes' },
  },
  'Content-Disposition': {
    description: 'Whether it may be shown where it is, and what it is called (RFC 6266)',
    schema: { type: 'string' },
  },
  'Content-Range': {
    description: 'Which part of it this is (RFC 9110 §14.4)',
    schema: { type: 'string', example: 'bytes 0-99/1234' },
  },
  'Cross-Origin-Resource-Policy': {
    description: 'Pages of any origin may show it',
    schema: { type: 'string' },
  },
  'Repr-Digest': {
    description: 'The hash of all of it (RFC 9530); not of a picture at another size',
    schema: { type: 'string', example: 'sha-256=:YWJj:' },
  },
  'X-Content-Type-Options': { description: '`nosniff`: the type is as it says', schema: { type: 'string' } },
  'Content-Security-Policy': { description: 'What the page may load and run', schema: { type: 'string' } },
  Location: {
    description: 'Where it is, as seen from the address of the request (RFC 3986 §5)',
    schema: { type: 'string', format: 'uri-reference' },
  },
  'Request-Id': {
    description:
      'What the request is called: as its own `Request-Id` says, where that matches `[\\w.-]{1,64}`',
    schema: { type: 'string' },
  },
  'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } },
  'Accept-Patch': { description: 'The types of a patch (RFC 5789 §2.2)', schema: { type: 'string' } },
  'Accept-Encoding': {
    description: 'The codings of a body that are read, where it came in another (RFC 9110 §15.5.16)',
    schema: { type: 'string', example: 'identity' },
  },
  'WWW-Authenticate': { description: 'The scheme expected (RFC 6750 §3)', schema: { type: 'string' } },
} satisfies Record<
  string,
  { description: string; schema: { type: string; format?: string; minimum?: number; example?: string } }
>;

export type AnswerHeader = keyof typeof answerHeaders;

/** Those that not every answer has which may have them. */
const conditional: ReadonlySet<AnswerHeader> = new Set([
  'Surrogate-Key',
  'CDN-Cache-Control',
  'Deprecation',
  'Sunset',
  'Accept-Encoding',
  'Repr-Digest',
  'Set-Cookie',
]);

/** What an answer may say to a request with a `Schema-Version`. */
export const ofSunset = ['Deprecation', 'Sunset'] as const;

/** What every answer says that is no refusal and has a body. */
export const ofBody = ['Vary'] as const;

/** With those that every answer has. */
export function headersNamed(names: readonly AnswerHeader[]) {
  const always = new Set<AnswerHeader>(['Position', 'Request-Id', 'Cache-Control', ...names]);
  // Where origins are named, every answer depends on them.
  const ofAll = new Set<AnswerHeader>([...always, 'Vary']);
  return Object.fromEntries(
    [...ofAll].map((name) => [
      name,
      { ...answerHeaders[name], required: always.has(name) && !conditional.has(name) },
    ]),
  );
}
