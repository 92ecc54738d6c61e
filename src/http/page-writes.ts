import type { WantedPlace } from '../commands/placing.js';
import type { ExpectedVersion } from '../commands/decision.js';
import type { PageCommand } from '../commands/index.js';
import { Refusal } from '../refusal.js';
import { readJsonPatch } from '../schema/json-patch.js';
import { isArray, type JsonValue } from '../schema/json.js';
import { expectedVersionOf } from './entity-tags.js';
import { commentOf, copiesOf, required } from './headers.js';
import {
  bodyDocument,
  bodyPatch,
  envelopeOf,
  isEmpty,
  mediaType,
  membersOf,
  requireMediaType,
  type Sent,
} from './sent.js';
import { readShape } from './shape.js';
import { timeOrderedId } from './time-ordered-id.js';
import {
  CommentBody,
  CreatePageBody,
  MovePageBody,
  PublishPageBody,
  RestorePageBody,
} from './write-shapes.js';

/** What a client asked for, read from what it sent. The comment belongs to the change set unless it is one of a batch. */
interface PageWrite {
  readonly command: PageCommand;
  readonly comment: string | undefined;
}

/** Reads one kind of write. @throws Refusal in the order 400, 415, 428 */
export type ReadWrite = (sent: Sent) => PageWrite;

export const readCreate: ReadWrite = (sent) => {
  const { members, document } = envelopeOf(sent);
  const body = readShape(CreatePageBody, members, 'body');
  if (!document) throw new Refusal('malformed-request', 'content is missing');
  const place = wantedPlace(body);
  const schemaVersion = required(sent.schemaVersion, 'Schema-Version');
  const command = {
    kind: 'create-page',
    page: body.id ?? timeOrderedId(Date.now()),
    type: body.type,
    schemaVersion,
    document,
    place,
  } as const;
  return { command, comment: body.comment };
};

export const readSave: ReadWrite = (sent) => {
  requireMediaType(sent, 'application/json');
  const document = bodyDocument(sent);
  return { command: { form: 'document', document, ...saveHead(sent) }, comment: commentOf(sent.headers) };
};

/** The types of a patch. */
export const patchTypes = ['application/json-patch+json', 'application/merge-patch+json'] as const;

export const readPatch: ReadWrite = (sent) => {
  requireMediaType(sent, ...patchTypes);
  const { document, patch } = bodyPatch(sent);
  const form = patchForm(sent, patch);
  // Its shape is told before what is missing in the headers.
  if (form === 'json-patch' && patch !== undefined) readJsonPatch(patch);
  return { command: { form, document, ...saveHead(sent) }, comment: commentOf(sent.headers) };
};

export const readRestore: ReadWrite = (sent) => {
  const { version, comment } = readShape(RestorePageBody, membersOf(sent), 'body');
  return {
    command: { kind: 'restore-page', page: pageId(sent), expected: expected(sent), version },
    comment,
  };
};

export const readMove: ReadWrite = (sent) => {
  const { comment, ...place } = readShape(MovePageBody, membersOf(sent), 'body');
  requireOneSibling(place);
  return { command: { kind: 'move-page', page: pageId(sent), expected: expected(sent), ...place }, comment };
};

export const readPublish: ReadWrite = (sent) => {
  const { comment, ...which } = readShape(PublishPageBody, membersOf(sent), 'body');
  return { command: { kind: 'publish-page', page: pageId(sent), ...which }, comment };
};

export const readUnpublish: ReadWrite = (sent) => {
  const { comment } = readShape(CommentBody, membersOf(sent), 'body');
  return { command: { kind: 'unpublish-page', page: pageId(sent) }, comment };
};

export const readUndelete: ReadWrite = (sent) => {
  const { comment } = readShape(CommentBody, membersOf(sent), 'body');
  return { command: { kind: 'undelete-page', page: pageId(sent) }, comment };
};

export const readDelete: ReadWrite = (sent) => {
  if (!isEmpty(sent.body)) throw new Refusal('malformed-request', 'DELETE takes no body');
  return {
    command: { kind: 'delete-page', page: pageId(sent), expected: expected(sent) },
    comment: commentOf(sent.headers),
  };
};

function saveHead(sent: Sent) {
  const expectedVersion = expectedVersionOf(sent.headers);
  const copies = copiesOf(sent.headers);
  return {
    kind: 'save-page',
    page: pageId(sent),
    schemaVersion: required(sent.schemaVersion, 'Schema-Version'),
    expected: required(expectedVersion, 'If-Match'),
    ...(copies && { copies }),
  } as const;
}

/** An item of a batch may leave out the type: an array is a JSON Patch, an object a merge patch. */
function patchForm({ headers }: Sent, patch: JsonValue | undefined): 'json-patch' | 'merge-patch' {
  const type = mediaType(headers) ?? (isArray(patch) ? 'application/json-patch+json' : undefined);
  return type === 'application/json-patch+json' ? 'json-patch' : 'merge-patch';
}

function expected({ headers }: Sent): NonNullable<ExpectedVersion> {
  return required(expectedVersionOf(headers), 'If-Match');
}

function pageId({ params }: Sent): string {
  return (params.id ?? '').toLowerCase();
}

function wantedPlace(body: CreatePageBody): WantedPlace | null {
  const { parent = null, slug, before, after } = body;
  requireOneSibling(body);
  if (slug === undefined) {
    if (parent === null && before === undefined && after === undefined) return null;
    throw new Refusal('malformed-request', 'slug is missing: a page in the tree needs one');
  }
  return { parent, slug, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

function requireOneSibling({ before, after }: { before?: string; after?: string }): void {
  if (before !== undefined && after !== undefined) {
    throw new Refusal('malformed-request', 'before and after exclude each other');
  }
}
