import { createHash, randomBytes } from 'node:crypto';
import type { Answer, Sending, Server } from './server.js';
import type { Body } from './body.js';

/** The smallest pictures that there are. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
export const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
export const svg = Buffer.from(
  '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>document.title = "run"</script></svg>',
);

export function bytesOf(length: number): Buffer {
  return randomBytes(length);
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Sends a file by itself. */
export function sendFile(
  server: Server,
  bytes: Buffer | string,
  query = '?name=file',
  { headers, ...sending }: Sending = {},
): Promise<Answer> {
  return server.request('POST', `/assets${query}`, {
    ...sending,
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body: bytes,
  });
}

/** The asset that it has become. @throws when it is refused */
export async function upload(
  server: Server,
  bytes: Buffer,
  query?: string,
  sending?: Sending,
): Promise<Body> {
  const answer = await sendFile(server, bytes, query, sending);
  if (answer.status === 201) return answer.json;
  throw new Error(`the file was refused: ${answer.text}`);
}
