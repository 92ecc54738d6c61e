import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FileStore } from '../../files/file-store.js';
import { isNotModified } from '../edge/entity-tags.js';
import { header } from '../edge/headers.js';
import type { Answer } from '../edge/problem.js';
import { sendRead, sendStream, type Sendable } from '../edge/send.js';
import { rangeIn, type WantedRange } from './byte-range.js';

/** A file, and what of it is sent. */
export type FileAnswer = Sendable & { readonly file: NonNullable<Answer['file']> };

export function isFileAnswer(answer: Sendable): answer is FileAnswer {
  return answer.file !== undefined;
}

/**
 * Sends a file or the part of it that is asked for, as fast as its client takes it.
 * @throws Refusal `storage-damaged` before anything is sent, `malformed-request`
 */
export function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: FileAnswer,
  position: number,
  store: FileStore,
): void {
  const { file, headers } = answer;
  const { sha256, bytes } = file;
  store.requireWhole(file);
  if (isNotModified(request.headers, headers['etag'] ?? '')) {
    sendRead(request, reply, answer, position);
    return;
  }
  const range = wantedRange(request, headers['etag'], bytes);
  if (range === null) {
    const { 'content-type': _type, ...others } = headers;
    const none = { ...others, 'cache-control': 'no-store', 'content-range': `bytes */${bytes}` };
    sendStream(reply, { status: 416, headers: none, length: 0 }, position);
  } else if (range === undefined) {
    sendStream(reply, { status: 200, headers, length: bytes }, position, () => store.read(sha256));
  } else {
    const { start, end } = range;
    const part = { ...headers, 'content-range': `bytes ${start}-${end}/${bytes}` };
    const length = end - start + 1;
    sendStream(reply, { status: 206, headers: part, length }, position, () => store.read(sha256, range));
  }
}

/** Of a file that is another than the client had, all (RFC 9110 §13.1.5); there are no ranges but of what is GET. */
function wantedRange(
  { method, headers }: FastifyRequest,
  etag: string | undefined,
  bytes: number,
): WantedRange {
  if (method !== 'GET') return undefined;
  const had = header(headers, 'if-range');
  return had === undefined || had === etag ? rangeIn(header(headers, 'range'), bytes) : undefined;
}
