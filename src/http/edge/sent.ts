import type { SentDocument } from '../../commands/decision.js';
import type { FileFacts } from '../../events/file-facts.js';
import { Refusal, refusalFacts } from '../../refusal.js';
import { checkDocument, duplicateBlockId } from '../../schema/json/check-document.js';
import type { Fault } from '../../schema/faults.js';
import { isObject, type JsonValue } from '../../schema/json/json.js';
import { sizeOf, sizeRefusal } from '../../schema/json/document-size.js';
import { header, type Headers } from './headers.js';
import { readBoundedJson } from './read-bounded-json.js';
import type { WriteHead } from './write-head.js';
import type { WriteQuery } from './write-query.js';

/** What a client sent, by itself or as an item of a batch. */
export interface Sent {
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Headers;
  /** What of the headers is about the write. */
  readonly head: WriteHead;
  readonly query: WriteQuery;
  readonly body: Body;
  /** In place of a body, of routes that take one. */
  readonly file?: SentFile;
}

/** The bytes of a request, or the JSON value of a batch's item (`undefined`: no body), and what is wrong with its text. */
export type Body =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'value'; readonly value: JsonValue | undefined; readonly refusal?: Refusal | undefined };

/** A file that has arrived, with what came beside it in a form. */
export interface SentFile {
  readonly facts: Omit<FileFacts, 'name'>;
  /** What the client calls it, in a form. */
  readonly name: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
}

/** An envelope with a document inside. */
export interface SentEnvelope {
  readonly members: JsonValue;
  readonly document: SentDocument | undefined;
}

/** The type of the body, without parameters, in lower case. */
export function mediaType(headers: Headers): string | undefined {
  return header(headers, 'content-type')?.split(';')[0]?.trim().toLowerCase();
}

/** @throws Refusal `unsupported-media-type` */
export function requireMediaType(
  { headers, body }: Pick<Sent, 'headers' | 'body'>,
  ...allowed: readonly string[]
): void {
  const type = mediaType(headers);
  if (body.kind === 'value' && type === undefined) return;
  requireNoCoding(headers);
  if (type === undefined || !allowed.includes(type)) {
    throw new Refusal(
      'unsupported-media-type',
      `expected ${allowed.join(' or ')}, found ${type ?? 'no Content-Type'}`,
      {
        allowed,
      },
    );
  }
}

/** @throws Refusal `unsupported-media-type` for any coding but `identity`, which is none (RFC 9110 §8.4.1) */
export function requireNoCoding(headers: Headers): void {
  const codings = (header(headers, 'content-encoding') ?? '').split(',').map((coding) => coding.trim());
  const coding = codings.find((name) => name !== '' && name.toLowerCase() !== 'identity');
  if (coding === undefined) return;
  throw new Refusal(
    'unsupported-media-type',
    `the Content-Encoding ${coding} is not read here: send the body as it is`,
    { header: 'Content-Encoding' },
  );
}

/**
 * The members of a JSON body; `{}` when there is none. Nothing in it may be doubtful.
 * @throws Refusal
 */
export function membersOf(sent: Pick<Sent, 'headers' | 'body'>): JsonValue {
  if (isEmpty(sent.body)) return {};
  requireMediaType(sent, 'application/json');
  const { value, refusal } =
    sent.body.kind === 'value' ? sent.body : readBoundedJson(sent.body.bytes, 'none');
  if (refusal) throw refusal;
  return value ?? {};
}

/** The members of a JSON body but for `content`, which keeps its value and not its bytes. */
export function envelopeOf(sent: Sent): SentEnvelope {
  requireMediaType(sent, 'application/json');
  const { value, refusal } =
    sent.body.kind === 'bytes' ? readBoundedJson(sent.body.bytes, 'content') : sent.body;
  if (value === undefined || !isObject(value))
    throw new Refusal('malformed-request', 'the body has to be a JSON object');
  const { content, ...members } = value;
  if (content === undefined) return { members, document: undefined };
  return { members, document: documentOf(content, refusal && relativeTo('/content', refusal)) };
}

/** What is wrong with content is told by pointers into that, whatever it came in. */
function relativeTo(place: string, { code, message, details }: Refusal): Refusal {
  const { errors, pointer, id } = details as Partial<DocumentFault>;
  if (code === 'duplicate-block-id') return duplicateBlockId(within(place, pointer ?? ''), id ?? '');
  if (code !== 'content-invalid' || !errors) return new Refusal(code, message, details);
  const moved = errors.map((fault) => ({ ...fault, pointer: within(place, fault.pointer) }));
  return new Refusal(code, message, { ...details, errors: moved });
}

/** What refusals of documents say. */
interface DocumentFault {
  readonly errors: readonly Fault[];
  readonly pointer: string;
  readonly id: string;
}

function within(place: string, pointer: string): string {
  return pointer.startsWith(place) ? pointer.slice(place.length) : pointer;
}

/** A body that is the document itself. */
export function bodyDocument({ body }: Sent): SentDocument {
  if (body.kind === 'value') return documentOf(required(body.value), body.refusal);
  const { text, refusal } = readBoundedJson(body.bytes, 'body');
  return { text, refusal: refusal ? refusalFacts(refusal) : null };
}

/** A body that is a patch, and its value; undefined of one that is nested too deep or holds too much, as there is more in that than was read. */
export function bodyPatch({ body }: Sent): {
  readonly document: SentDocument;
  readonly patch: JsonValue | undefined;
} {
  if (body.kind === 'value') {
    const patch = required(body.value);
    const refusal = body.refusal ? refusalFacts(body.refusal) : null;
    return { document: { text: JSON.stringify(patch), refusal }, patch };
  }
  const { text, value, refusal } = readBoundedJson(body.bytes, 'none');
  const isWhole = refusal?.code !== 'content-invalid' && refusal?.code !== 'too-much-work';
  const patch = isWhole ? value : undefined;
  return { document: { text, refusal: refusal ? refusalFacts(refusal) : null }, patch };
}

function required(value: JsonValue | undefined): JsonValue {
  if (value === undefined) throw new Refusal('malformed-request', 'the body is missing');
  return value;
}

/** The id in the path, as ids are kept. */
export function idOf({ params }: Pick<Sent, 'params'>): string {
  return (params.id ?? '').toLowerCase();
}

/** @throws Refusal `malformed-request` */
export function requireNoBody({ body }: Sent): void {
  if (!isEmpty(body)) throw new Refusal('malformed-request', 'DELETE takes no body');
}

function isEmpty(body: Body): boolean {
  return body.kind === 'bytes' ? body.bytes.length === 0 : body.value === undefined;
}

/** A value that fails its checks is not turned into text: it will be refused. */
function documentOf(value: JsonValue, refusal?: Refusal): SentDocument {
  if (refusal) return { text: '{}', refusal: refusalFacts(refusal) };
  try {
    checkDocument(value);
    const tooLarge = sizeRefusal(sizeOf(value));
    if (tooLarge) throw tooLarge;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { text: '{}', refusal: refusalFacts(error) };
  }
  return { text: JSON.stringify(value), refusal: null };
}
