import type { ExpectedVersion } from '../../commands/decision.js';
import { expectedVersionOf } from './entity-tags.js';
import {
  commentOf,
  copiesOf,
  idempotencyKeyOf,
  schemaVersionOf,
  type Headers,
  type Served,
} from './headers.js';

/** What the headers of a write say; read once, when it is admitted. */
export interface WriteHead {
  /** The one that the client speaks, which is served. */
  readonly schemaVersion: number | undefined;
  /** The content versions any of which the page has to be at. */
  readonly expected: NonNullable<ExpectedVersion> | undefined;
  readonly comment: string | undefined;
  /** Ids of blocks → those that they are copies of. */
  readonly copies: Readonly<Record<string, string>> | undefined;
  readonly idempotencyKey: string | undefined;
}

/** @throws Refusal `malformed-request`, or that the schema version isn't served */
export function readWriteHead(headers: Headers, served: Served): WriteHead {
  return {
    schemaVersion: schemaVersionOf(headers, served),
    expected: expectedVersionOf(headers),
    comment: commentOf(headers),
    copies: copiesOf(headers),
    idempotencyKey: idempotencyKeyOf(headers),
  };
}
