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
 * An event's id follows from its change set's and its place in it, as a UUID of version 8 (RFC 9562 §5.8):
 * the same import makes the same ids on every machine.
 */
export function eventId(changesetId: string, index: number): string {
  const hex = hash('sha256', `${changesetId}/${index}`, 'hex');
  const variant = ((parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}

/** Keys are written in sorted order by hand: this is the hot path of appending and of every check of the log. */
function canonical(event: Digestible): string {
  const { changeset } = event;
  const { by } = changeset;
  return JSON.stringify({
    at: changeset.at,
    by: { id: by.id, kind: by.kind, name: by.name },
    changeset: { comment: changeset.comment, id: changeset.id, source: sorted(changeset.source) },
    id: eventId(changeset.id, event.position - event.firstPosition),
    payload: event.payloadHash.toString('hex'),
    schemaVersion: event.schemaVersion,
    stream: event.stream,
    streamVersion: event.streamVersion,
    type: event.type,
  });
}

function sorted(source: ChangeSetHead['source']): ChangeSetHead['source'] {
  return source && Object.fromEntries(Object.entries(source).sort(([a], [b]) => (a < b ? -1 : 1)));
}
