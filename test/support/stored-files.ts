import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { adminSecret, type Answer, type Server } from './server.js';

/** A file that was sent. */
export interface SentFile {
  readonly id: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Where the file of those bytes lies in a data directory. */
export function pathIn(data: string, sha256: string): string {
  return join(data, 'content', sha256.slice(0, 2), sha256.slice(2, 4), sha256.slice(4));
}

/** @throws where it is not taken */
export async function upload(
  server: Pick<Server, 'request'>,
  name: string,
  bytes: Buffer = randomBytes(2000),
): Promise<SentFile> {
  const answer = await server.request('POST', `/assets?name=${name}`, {
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  if (answer.status !== 201) throw new Error(`the upload was answered ${answer.status}: ${answer.text}`);
  return { id: answer.json.id, bytes, sha256: sha256Of(bytes) };
}

/** Another file in its place; answers as `upload` does. */
export async function replace(
  server: Pick<Server, 'request'>,
  { id }: Pick<SentFile, 'id'>,
  version: number,
  bytes: Buffer = randomBytes(3000),
): Promise<SentFile> {
  const answer: Answer = await server.request('PUT', `/assets/${id}/file`, {
    headers: { 'content-type': 'application/octet-stream', 'if-match': `"v${version}"` },
    body: bytes,
  });
  if (answer.status !== 200) throw new Error(`the file was answered ${answer.status}: ${answer.text}`);
  return { id, bytes, sha256: sha256Of(bytes) };
}

/** What a server sends of the newest file of an asset. @throws where it does not answer 200 */
export async function fileFrom({ url }: Pick<Server, 'url'>, id: string): Promise<Buffer> {
  const response = await fetch(`${url}/assets/${id}/file`, {
    headers: { authorization: `Bearer ${adminSecret}` },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (response.status !== 200)
    throw new Error(`the file was answered ${response.status}: ${bytes.toString()}`);
  return bytes;
}
