import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import type { ArrivedFile } from '../../files/receive-file.js';
import { Refusal } from '../../refusal.js';
import type { Headers } from '../edge/headers.js';

/** A form with one file. */
export interface SentForm {
  readonly file: ArrivedFile;
  /** What the client calls the file. */
  readonly name: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
}

const limits = { files: 1, fields: 20, fieldNameSize: 100, fieldSize: 1024 * 1024, headerPairs: 50 };

/**
 * Reads `multipart/form-data` (RFC 7578): one file, and fields before or after it.
 * @param take is given the file's bytes as they come
 * @param discard is given a file that has arrived whole in a form that is refused
 * @throws Refusal `malformed-request`, `too-large`; what `take` and `discard` throw
 */
export function readForm(
  body: Readable,
  headers: Headers,
  take: (source: AsyncIterable<Buffer>) => Promise<ArrivedFile>,
  discard: (file: ArrivedFile) => Promise<void>,
): Promise<SentForm> {
  return new Promise((resolve, reject) => {
    const parser = parserFor(headers);
    const fields: Record<string, string> = {};
    let name: string | undefined;
    let arriving: Promise<ArrivedFile> | undefined;
    let part: Readable | undefined;
    let isStopped = false;
    const stop = (error: Error): void => {
      if (isStopped) return;
      isStopped = true;
      body.unpipe(parser).destroy();
      part?.destroy(error);
      // What is refused is told when nothing is left of it; a part that has not ended ends now.
      Promise.resolve(arriving)
        .then(
          (file) => file && discard(file),
          () => undefined,
        )
        .then(() => {
          reject(error);
        }, reject);
    };
    parser.on('file', (_field, stream, filename) => {
      if (isStopped) {
        stream.resume();
        return;
      }
      name = filename;
      part = stream.on('error', () => undefined); // whoever reads it hears of it
      arriving = take(stream);
      arriving.catch(stop);
    });
    parser.on('field', (field, value, isNameCut, isValueCut) => {
      if (isNameCut || isValueCut) stop(new Refusal('too-large', `the field ${field} is too long`));
      else if (Object.hasOwn(fields, field)) stop(malformed(`the field ${field} stands twice: send it once`));
      else fields[field] = value;
    });
    parser.on('filesLimit', () => {
      stop(malformed('the form has several files: send one'));
    });
    parser.on('fieldsLimit', () => {
      stop(malformed(`the form has more than ${limits.fields} fields`));
    });
    parser.on('error', (error: unknown) => {
      stop(malformed(`the form can not be read: ${error instanceof Error ? error.message : String(error)}`));
    });
    parser.once('finish', () => {
      if (!arriving) stop(malformed('the form has no file'));
      else
        arriving.then((file) => {
          resolve({ file, name, fields });
        }, reject);
    });
    body.on('error', stop).pipe(parser);
  });
}

function parserFor(headers: Headers): BusboyInstance {
  try {
    return new Busboy({ headers: headers as BusboyHeaders, limits });
  } catch (error) {
    throw malformed(`the form can not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function malformed(message: string): Refusal {
  return new Refusal('malformed-request', message);
}
