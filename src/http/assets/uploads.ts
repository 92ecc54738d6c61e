import { Inject, Injectable } from '@nestjs/common';
import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { FileStore } from '../../files/file-store.js';
import { mediaTypeOf } from '../../files/media-type.js';
import { Pictures } from '../../files/pictures/pictures.js';
import { FileTooLarge, receiveFile, type ArrivedFile } from '../../files/receive-file.js';
import { Refusal } from '../../refusal.js';
import { mediaType, requireNoCoding, type SentFile } from '../edge/sent.js';
import type { FileOnward } from '../hand-over/forward.js';
import { Elsewhere, type Destination } from '../hand-over/gate.js';
import { digestsSent, requireDigests } from './content-digest.js';
import { readForm } from './read-form.js';

/** The files of assets, and how large one may be. */
export interface Files {
  readonly store: FileStore;
  readonly limitBytes: number;
  readonly pictures: Pictures;
}

/** For so long an upload waits to hear how wide and high its picture is. */
const measuringMs = 5_000;

/** Where requests are answered: see `hand-over/gate.ts`. */
export interface Answering {
  readonly isOpen: boolean;
  pass(isWrite: boolean): Promise<Destination>;
}

export const ANSWERING = Symbol('where requests are answered');
export const FILE_LIMIT = Symbol('bytes of a file');

/** A file that has been sent, before anybody has decided whether it is wanted. */
export interface Upload {
  readonly file: SentFile;
  /** Gives the file its place; what it is for comes next. */
  readonly keep: () => Promise<void>;
  /** The log speaks of it. */
  readonly accepted: () => void;
  /**
   * For whoever has taken over: the file in its place, and what was said of it.
   * @throws Refusal `maintenance` for what can't be passed on
   */
  readonly passOn: () => Promise<FileOnward>;
  /** It is known whether it was wanted; to be called whatever happens. */
  readonly settle: () => Promise<void>;
}

/** Takes files from requests to the disk: piece by piece, so that a large one takes no more memory than a small one. */
@Injectable()
export class Uploads {
  constructor(
    private readonly store: FileStore,
    @Inject(FILE_LIMIT) private readonly limitBytes: number,
    @Inject(ANSWERING) private readonly answering: Answering,
    private readonly pictures: Pictures,
  ) {}

  /** @throws Elsewhere where another version has taken over; Refusal `maintenance` */
  async requireHere(): Promise<void> {
    if (!this.answering.isOpen && (await this.answering.pass(true)) === 'there') throw new Elsewhere();
  }

  /** @throws Refusal `malformed-request`, `too-large`, `digest-mismatch`, `insufficient-storage` */
  async receive(request: FastifyRequest): Promise<Upload> {
    try {
      return await this.arrive(request);
    } catch (error) {
      throw refusalOf(error, request, this.limitBytes) ?? error;
    }
  }

  private async arrive(request: FastifyRequest): Promise<Upload> {
    const { headers, raw } = request;
    requireNoCoding(headers);
    const digests = digestsSent(headers);
    const whole = digests.map(({ algorithm }) => createHash(algorithm));
    const take = (source: AsyncIterable<Buffer>): Promise<ArrivedFile> =>
      receiveFile(source, this.store, this.limitBytes);
    const isForm = mediaType(headers) === 'multipart/form-data';
    const { file, name, fields } = isForm
      ? await readForm(Readable.from(bodyOf(raw, whole)), headers, take, (unwanted) =>
          this.store.discard(unwanted.path),
        )
      : { file: await take(bodyOf(raw, whole)), name: undefined, fields: {} };
    let isKept = false;
    const keep = async (): Promise<void> => {
      if (isKept) return;
      isKept = true;
      await this.store.keep(file.path, file.sha256);
    };
    const settle = async (): Promise<void> => {
      if (isKept) this.store.settle(file.sha256);
      else await this.store.discard(file.path);
    };
    try {
      requireDigests(digests, whole);
      if (file.bytes === 0) throw new Refusal('malformed-request', 'the file is empty');
      const type = await mediaTypeOf(file.path);
      const dimensions = await this.pictures.measure(file.path, type, measuringMs);
      const facts = { sha256: file.sha256, bytes: file.bytes, type, ...dimensions };
      return {
        file: { facts, name, fields },
        keep,
        passOn: async () => {
          const target = isForm ? targetOf(request, name, fields) : (raw.url ?? '');
          if (target === undefined || request.writeQuery.dryRun) throw inBetween();
          await keep();
          return { path: this.store.pathOf(file.sha256), bytes: file.bytes, target, isOfForm: isForm };
        },
        accepted: () => {
          this.store.reached('upload-answer');
        },
        settle,
      };
    } catch (error) {
      await settle();
      throw error;
    }
  }
}

/** The bytes of a request as they come, for hashes, too. Whoever stops reading leaves the connection as it is: there is an answer to come. */
async function* bodyOf(raw: IncomingMessage, hashes: readonly Hash[]): AsyncGenerator<Buffer> {
  for await (const piece of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    for (const hash of hashes) hash.update(piece);
    yield piece;
  }
}

/** What the form said, as a query; undefined where that has no room for it. */
function targetOf(
  { raw }: FastifyRequest,
  name: string | undefined,
  { content, ...fields }: Readonly<Record<string, string>>,
): string | undefined {
  if (content !== undefined) return undefined;
  const [path = '', query = ''] = (raw.url ?? '').split('?');
  const said = new URLSearchParams(query);
  for (const [field, value] of Object.entries(fields)) said.set(field, value);
  if (name !== undefined && !said.has('name')) said.set('name', name);
  return `${path}?${said.toString()}`;
}

function inBetween(): Refusal {
  return new Refusal('maintenance', 'another version has taken over meanwhile: send the file again', {
    phase: 'hand-over',
  });
}

function refusalOf(error: unknown, { raw }: FastifyRequest, limitBytes: number): Error | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof FileTooLarge)
    return new Refusal('too-large', `the file is larger than ${limitBytes} bytes`, { limitBytes });
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Refusal('insufficient-storage', 'there is no room for the file');
  if (raw.destroyed && !raw.complete) return new Refusal('malformed-request', 'the file was cut off');
  return undefined;
}
