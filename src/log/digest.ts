import { hash } from 'node:crypto';
import type { Actor, ChangeSetHead, RecordedChangeSet } from '../events/event.js';

/** Hashes are SHA-256 in hex, 64 characters; the log stores their 32 bytes. This is what stands before position 1. */
export const genesisHash = '0'.repeat(64);

/** What the digest covers besides the position, which the chain adds. */
export interface Digestible {
  readonly stream: string;
  readonly streamVersion: number;
  readonly type: string;
  readonly schemaVersion?: number | null;
  readonly changeset: Pick<RecordedChangeSet, 'id' | 'at' | 'by' | 'contextHash'>;
  readonly firstPosition: number;
  readonly position: number;
  readonly payloadHash: string;
}

/**
 * SHA-256 over the salt, the event's data and, on a line of its own, its content. Both are stored as text, so this is over
 * their UTF-8.
 * @param salt 16 bytes, in hex
 */
export function hashPayload(salt: string, data: string, content: string | null): string {
  return hashSalted(salt, content === null ? data : `${data}\n${content}`);
}

/**
 * SHA-256 over the salt and the canonical JSON (RFC 8785) of what people say around an event: comment, the author's name,
 * source.
 * @param salt 16 bytes, in hex
 */
export function hashContext(
  salt: string,
  { comment, by, source }: Pick<ChangeSetHead, 'comment' | 'by' | 'source'>,
): string {
  const said = comment === null ? 'null' : quoted(comment);
  return hashSalted(salt, `{"comment":${said},"name":${quoted(by.name)},"source":${sorted(source)}}`);
}

/** What most texts fit into with their salt; one for all, as nothing waits between its filling and its hashing. */
const salted = Buffer.allocUnsafe(64 * 1024);
const saltBytes = 16;

function hashSalted(salt: string, text: string): string {
  // In UTF-8 no text is longer than three bytes a unit.
  const needed = saltBytes + text.length * 3;
  const buffer = needed <= salted.length ? salted : Buffer.allocUnsafe(needed);
  if (buffer.write(salt, 'hex') !== saltBytes) throw new Error(`a salt is 16 bytes in hex, not "${salt}"`);
  const bytes = buffer.write(text, saltBytes);
  return hash('sha256', buffer.subarray(0, saltBytes + bytes));
}

/** What the next link is made of; one for all, as nothing waits between its filling and its hashing. */
const linkBytes = Buffer.alloc(72);

/**
 * The next link of the chain: `sha256(previous ‖ position ‖ digest)`, of raw bytes, where position is 8 bytes, big-endian,
 * and digest is the SHA-256 over the canonical JSON (RFC 8785) of everything else. What people wrote goes in by
 * salted hashes, so that it can be erased without breaking the chain and without leaving anything to guess from.
 */
export function chain(previous: string, event: Digestible): string {
  return link(previous, event.position, canonical(event));
}

/** The same for what is digested given as text. */
export function link(previous: string, position: number, digested: string): string {
  linkBytes.write(previous, 0, 'hex');
  linkBytes.writeUInt32BE(Math.floor(position / 2 ** 32), 32);
  linkBytes.writeUInt32BE(position % 2 ** 32, 36);
  // By way of a string, which Node makes three times as fast as a buffer.
  linkBytes.write(hash('sha256', digested), 40, 'hex');
  return hash('sha256', linkBytes);
}

/**
 * An event's id follows from its change set's and its place in it, as a UUID of version 8 (RFC 9562 §5.8): the
 * same import makes the same ids on every machine. The last 48 bits count on from the change set's.
 */
export function eventId(changesetId: string, index: number): string {
  const head = `${changesetId.slice(0, 14)}8${changesetId.slice(15, 24)}`;
  // Node writes numbers of more than 31 bits in hex by a slow way, which few need: only those that carry so far.
  const low = parseInt(changesetId.slice(30), 16) + index + 1;
  if (low < 2 ** 24) return `${head}${changesetId.slice(24, 30)}${low.toString(16).padStart(6, '0')}`;
  const tail = (parseInt(changesetId.slice(24), 16) + index + 1) % 2 ** 48;
  return `${head}${tail.toString(16).padStart(12, '0')}`;
}

/** Keys are written in sorted order by hand: this is the hot path of appending and of every check of the log. */
function canonical(event: Digestible): string {
  const { changeset, schemaVersion, streamVersion } = event;
  const { at, by, contextHash, id } = changeset;
  const version = (schemaVersion ?? null) === null ? '' : `"schemaVersion":${schemaVersion},`;
  return (
    `{"at":${quoted(at)},"by":${actorText(by)},"changeset":{"context":"${contextHash}","id":${quoted(id)}},` +
    `"id":${quoted(eventId(id, event.position - event.firstPosition))},"payload":"${event.payloadHash}",${version}` +
    `"stream":${quoted(event.stream)},"streamVersion":${streamVersion},"type":${quoted(event.type)}}`
  );
}

const plain = /^[\w .:-]*$/;

/** As `JSON.stringify` has it, which takes longer to see that nothing needs an escape. */
function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Neighbours in the log have mostly the same author. */
let lastActor: { readonly by: Actor; readonly text: string } | undefined;

function actorText(by: Actor): string {
  if (lastActor?.by !== by) {
    lastActor = { by, text: JSON.stringify({ id: by.id, kind: by.kind }) };
  }
  return lastActor.text;
}

/** As text, because an object puts keys that look like numbers first. */
function sorted(source: ChangeSetHead['source']): string {
  if (source === null) return 'null';
  const members = Object.keys(source)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(source[key])}`);
  return `{${members.join(',')}}`;
}
