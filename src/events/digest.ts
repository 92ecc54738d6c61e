import { hash } from 'node:crypto';
import type { ChangeSetHead } from './event.js';

/** What stands before position 1. */
export const genesisHash = Buffer.alloc(32);

/** What the digest covers besides the position, which the chain adds. */
export interface Digestible {
  readonly stream: string;
  readonly streamVersion: number;
  readonly type: string;
  readonly schemaVersion?: number;
  readonly changeset: ChangeSetHead;
  readonly firstPosition: number;
  readonly position: number;
  readonly payloadHash: Buffer;
}

/** SHA-256 over the event's data and, on a line of its own, its content. Both are stored as text, so this is over their UTF-8. */
export function hashPayload(data: string, content: string | null): Buffer {
  return hash('sha256', content === null ? data : `${data}\n${content}`, 'buffer');
}

/**
 * The next link of the chain: `sha256(previous ‖ position ‖ digest)`, where position is 8 bytes, big-endian,
 * and digest is the SHA-256 over the canonical JSON (RFC 8785) of everything else. The payload goes in by its
 * hash, so that it can be erased without breaking the chain.
 */
export function chain(previous: Buffer, event: Digestible): Buffer {
  const link = Buffer.allocUnsafe(72);
  previous.copy(link, 0);
  link.writeBigUInt64BE(BigInt(event.position), 32);
  hash('sha256', canonical(event), 'buffer').copy(link, 40);
  return hash('sha256', link, 'buffer');
}

/**
 * An event's id follows from its change set's and its place in it, as a UUID of version 8 (RFC 9562 §5.8): the
 * same import makes the same ids on every machine. The last 48 bits count on from the change set's.
 */
export function eventId(changesetId: string, index: number): string {
  const tail = (parseInt(changesetId.slice(24), 16) + index + 1) % 2 ** 48;
  return `${changesetId.slice(0, 14)}8${changesetId.slice(15, 24)}${tail.toString(16).padStart(12, '0')}`;
}

/** Keys are written in sorted order by hand: this is the hot path of appending and of every check of the log. */
function canonical(event: Digestible): string {
  const { changeset } = event;
  const { by } = changeset;
  const head = JSON.stringify({ at: changeset.at, by: { id: by.id, kind: by.kind, name: by.name } });
  const { comment, id } = changeset;
  const whole = `{"comment":${JSON.stringify(comment)},"id":${JSON.stringify(id)},"source":${sorted(changeset.source)}}`;
  const rest = JSON.stringify({
    id: eventId(id, event.position - event.firstPosition),
    payload: event.payloadHash.toString('hex'),
    schemaVersion: event.schemaVersion,
    stream: event.stream,
    streamVersion: event.streamVersion,
    type: event.type,
  });
  return `${head.slice(0, -1)},"changeset":${whole},${rest.slice(1)}`;
}

/** As text, because an object puts keys that look like numbers first. */
function sorted(source: ChangeSetHead['source']): string {
  if (source === null) return 'null';
  const members = Object.keys(source)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(source[key])}`);
  return `{${members.join(',')}}`;
}
