import type { FastifyReply, FastifyRequest } from 'fastify';
import { Injectable } from '@nestjs/common';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { FileStore, type ByteRange } from '../../files/file-store.js';
import { Pictures } from '../../files/pictures/pictures.js';
import { isNotModified } from '../edge/entity-tags.js';
import { header } from '../edge/headers.js';
import type { Answer } from '../edge/problem.js';
import { send, sendRead, sendStream, type Sendable } from '../edge/send.js';
import { rangeIn, type WantedRange } from './byte-range.js';

/** A file, and what of it is sent. */
export type FileAnswer = Sendable & { readonly file: NonNullable<Answer['file']> };

export function isFileAnswer(answer: Sendable): answer is FileAnswer {
  return answer.file !== undefined;
}

/** Bytes that are read as they are sent. */
interface Source {
  readonly bytes: number;
  readonly read: (range?: ByteRange) => Readable;
}

/** Sends files, and pictures of another size, as fast as their clients take them. */
@Injectable()
export class SendFiles {
  constructor(
    private readonly store: FileStore,
    private readonly pictures: Pictures,
  ) {}

  /**
   * Sends the file or the part of it that is asked for.
   * @throws Refusal `storage-damaged` before anything is sent, `malformed-request`; what `Pictures.find` throws
   */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    answer: FileAnswer,
    position: number,
  ): Promise<void> {
    const { file, headers } = answer;
    const isKnown = isNotModified(request.headers, headers['etag'] ?? '');
    if (file.variant && !isKnown) {
      const { sha256, type } = file;
      const original = { sha256, mediaType: type, who: request.principal.token };
      const variant = await this.pictures.open(original, file.variant);
      await sendOpened(request, reply, answer, position, variant);
      return;
    }
    if (!isKnown && file.bytes <= smallBytes) {
      sendSmall(request, reply, answer, position, this.store.readSmall(file));
      return;
    }
    this.store.requireWhole(file);
    if (isKnown) sendRead(request, reply, answer, position);
    else {
      const read = (range?: ByteRange): Readable => this.store.read(file.sha256, range);
      sendBytes(request, reply, answer, position, { bytes: file.bytes, read });
    }
  }
}

/** Whoever reads it closes it; where nobody does, it is closed here. */
async function sendOpened(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: FileAnswer,
  position: number,
  handle: FileHandle,
): Promise<void> {
  const readers: Readable[] = [];
  const read = (range?: ByteRange): Readable => {
    const reader = handle.createReadStream(range);
    readers.push(reader);
    return reader;
  };
  try {
    const { size } = await handle.stat();
    sendBytes(request, reply, answer, position, { bytes: size, read });
  } finally {
    if (readers.length === 0) await handle.close();
  }
}

/** Those are sent in one piece with their head. */
const smallBytes = 64 * 1024;

function sendSmall(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: FileAnswer,
  position: number,
  whole: Buffer,
): void {
  const { status, headers, range } = partOf(request, answer, whole.length);
  const body = range ? whole.subarray(range.start, range.end + 1) : range === null ? '' : whole;
  send(reply, { status, headers, body }, position);
}

function sendBytes(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: FileAnswer,
  position: number,
  { bytes, read }: Source,
): void {
  const { status, headers, range } = partOf(request, answer, bytes);
  if (range === null) sendStream(reply, { status, headers, length: 0 }, position);
  else {
    const length = range ? range.end - range.start + 1 : bytes;
    sendStream(reply, { status, headers, length }, position, () => read(range));
  }
}

/** What of a file is sent, and what is said of that. */
function partOf(
  request: FastifyRequest,
  { headers }: FileAnswer,
  bytes: number,
): Pick<Answer, 'status' | 'headers'> & { readonly range: WantedRange } {
  const range = wantedRange(request, headers['etag'], bytes);
  if (range === undefined) return { status: 200, headers, range };
  if (range === null) {
    const { 'content-type': _type, ...others } = headers;
    const none = { ...others, 'cache-control': 'no-store', 'content-range': `bytes */${bytes}` };
    return { status: 416, headers: none, range };
  }
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${range.start}-${range.end}/${bytes}` },
    range,
  };
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
