import { problemTitle, problemType, statusOf, type ProblemCode } from '../edge/problem.js';
import { getSchemaPath } from './api-decorators.js';
import { By } from './answer-shapes.js';
import type { Schema } from '../../events/shape.js';
import { integer, text, time, uuid, version, type Members } from './schema-parts.js';

/** What a problem document says besides what all of them say: `always`, and `sometimes`. */
interface Shape {
  /** When it comes, and what helps. */
  readonly means: string;
  readonly always?: Members;
  readonly sometimes?: Members;
}

const pointer = { type: 'string', description: 'A JSON pointer' } as const;

const page = { ...uuid, description: 'The page that is there' };
const parent = { ...uuid, description: 'The parent that was asked for' };
const root = { ...uuid, description: 'The page that was deleted: this one, or one above it' };
const limit = { ...integer, description: 'The bound that was passed' };
const limitBytes = { ...integer, description: 'The bound that was passed, in bytes' };
const header = { ...text, description: 'The request header that it is about', example: 'If-Match' };
const retryAfterSeconds = { type: 'integer', minimum: 1, description: 'As `Retry-After`' };
const current = { ...version, description: 'The newest schema version' };
const requested = { ...integer, description: 'The schema version that was asked for' };
const errors = { type: 'array', items: { $ref: getSchemaPath({ name: 'ContentFault' }) } };
const more = { type: 'boolean', description: 'Whether there is more than is told' };
const ofContent = { ...version, description: 'The schema version that the content does not fit' };

/** By code. Null: no operation answers it, as it is for operators or says that there is no such operation. */
const shapes: Readonly<Record<ProblemCode, Shape | null>> = {
  'malformed-request': {
    means: 'The request is not what the operation takes.',
    sometimes: {
      errors: { type: 'array', items: text, description: 'All that is wrong with the body or the query' },
      header,
      parameter: { ...text, description: 'The query parameter that it is about' },
      operation: { ...integer, description: 'The operation of a JSON Patch that it is about' },
    },
  },
  'schema-version-too-old': {
    means: 'The client speaks a schema version that is no longer served: a newer client has to be loaded.',
    always: {
      requested,
      minimum: { ...version, description: 'The lowest schema version that is served' },
      current,
      action: { type: 'string', enum: ['reload'], description: 'What helps' },
    },
  },
  'schema-version-unknown': {
    means: 'The client speaks a schema version that this server does not know.',
    always: { requested, current },
  },
  'schema-not-finalized': {
    means: 'Writes may use this schema version once the upgrade that brought it is final.',
    always: {
      requested,
      finalized: { ...version, description: 'The newest schema version that writes may use' },
      current,
    },
  },
  unauthenticated: {
    means: 'No token or session, or none that is good; or somebody has not signed in.',
    sometimes: { fault: { ...text, description: 'What has gone wrong with signing in' } },
  },
  forbidden: { means: 'The token may not do that.', sometimes: { permission: text } },
  'not-found': { means: 'It is not there, or not for this token.' },
  'version-not-found': {
    means: 'The page has no such content version.',
    sometimes: { version: integer, newest: { ...version, description: 'The latest content version' } },
  },
  'not-acceptable': { means: 'None of the media types that the client accepts is to be had here.' },
  'id-taken': { means: 'There is something of this id.', always: { id: uuid } },
  'path-taken': { means: 'Another page is at this place.', always: { page } },
  'parent-not-found': { means: 'The parent is not there.', always: { parent } },
  'parent-deleted': { means: 'The parent is deleted.', sometimes: { parent, root } },
  'sibling-not-found': {
    means: 'The page to stand beside is not beneath that parent.',
    always: { sibling: uuid },
  },
  'would-be-own-ancestor': { means: 'A page cannot be beneath itself.', always: { parent } },
  'page-deleted': { means: 'The page is deleted: it can be undeleted.', always: { root } },
  'page-not-deleted': { means: 'The page is not deleted.' },
  'not-placed': { means: 'The page, or the parent, is not in the tree.', sometimes: { parent } },
  referenced: {
    means: 'Pages refer to it, or to what is beneath it: `force=true` deletes it all the same.',
    always: {
      referrers: { type: 'array', items: { $ref: getSchemaPath({ name: 'TellingReferrer' }) } },
      count: { ...integer, description: 'How many of them you see; at most 20 are told' },
    },
    sometimes: {
      unseen: { type: 'boolean', description: 'There are others, which you do not see' },
    },
  },
  'nothing-beneath-home': {
    means: 'The page at `/` can have none beneath it.',
    always: { parent: { ...parent, description: 'The page that would be at `/`, or is' } },
  },
  'patch-test-failed': {
    means: 'A `test` of the patch does not hold.',
    always: { operation: integer, pointer },
  },
  'not-publishable': {
    means: 'An asset is shown where a published page refers to it, and not published by itself.',
  },
  'digest-mismatch': {
    means: 'What arrived is not what the digest in the head says: it may be sent again.',
    always: { header },
  },
  purged: { means: 'The content was erased for good.' },
  'version-conflict': {
    means: 'Somebody has saved since: read again, or merge.',
    always: {
      expected: { ...integer, description: 'The content version of `If-Match`' },
      current: { $ref: getSchemaPath({ name: 'CurrentVersion' }) },
    },
    sometimes: {
      changed: {
        type: 'array',
        items: pointer,
        description:
          'What changed since the expected version: at most 100 pointers, and none where the two versions are large',
      },
      more,
    },
  },
  'too-large': { means: 'The body, or what it makes, has too many bytes.', sometimes: { limitBytes } },
  'unsupported-media-type': {
    means: 'The body is of a type, or an encoding, that the operation does not read.',
    sometimes: { allowed: { type: 'array', items: text }, header },
  },
  'too-many-requests': {
    means: 'Too much at once: it may come again after `Retry-After`.',
    sometimes: {
      limit,
      limitBytes,
      retryAfterSeconds,
    },
  },
  'content-invalid': {
    means: 'The content does not fit its type.',
    always: { errors },
    sometimes: { schemaVersion: ofContent, more },
  },
  'number-not-exact': {
    means: 'A number that a double cannot hold exactly.',
    always: { pointer, number: text },
    sometimes: { schemaVersion: ofContent },
  },
  'duplicate-key': {
    means: 'An object with two members of one name.',
    always: { pointer },
    sometimes: { schemaVersion: ofContent },
  },
  'duplicate-block-id': {
    means: 'A block with an `_id` that another has.',
    always: { pointer, id: text },
    sometimes: { schemaVersion: ofContent },
  },
  'too-much-work': {
    means: 'Beyond what one request may cost: `detail` says what to do instead.',
    sometimes: { limit, limitBytes, schemaVersion: ofContent },
  },
  'patch-invalid': { means: 'The patch does not fit the document.', always: { operation: integer } },
  'path-too-long': {
    means: 'The slug or the path would have too many bytes.',
    always: { bytes: integer, limit },
  },
  'too-deep': { means: 'The tree would have too many levels.', always: { levels: integer, limit } },
  'idempotency-key-reused': { means: 'The key came with another request before.' },
  'not-a-picture': {
    means: 'Nothing of this type, or of these bytes, has variants; the file itself is there.',
  },
  'picture-too-large': {
    means: 'The picture takes more pixels, time or memory than one may; the file itself is there.',
  },
  'precondition-required': { means: 'A header is missing that this write needs.', always: { header } },
  maintenance: {
    means: 'Writes wait for the last moments of an upgrade.',
    always: { phase: { type: 'string', enum: ['read-only', 'hand-over'], description: 'How far it is' } },
  },
  'shutting-down': { means: 'This server is about to end.' },
  'issuer-unavailable': { means: 'Where people sign in there is no answer.' },
  'storage-busy': { means: 'Another program holds the database.' },
  'variants-busy': {
    means:
      'More pictures wait to be made smaller than can be done soon: it may be asked for again after `Retry-After`.',
    sometimes: { retryAfterSeconds },
  },
  'variants-unavailable': { means: 'This server makes no variants; the file itself is there.' },
  'storage-damaged': { means: 'This part of the database cannot be read; all else is served.' },
  'insufficient-storage': { means: 'The disk is full: nothing was appended.' },
  'internal-error': { means: 'A fault of the server.' },
  'method-not-allowed': null,
  'log-too-new': null,
  'log-not-empty': null,
  'import-diverged': null,
  'no-way-down': null,
};

/** What every problem document may say. */
const ofBatches: Members = {
  index: { type: 'integer', minimum: 0, description: 'The command of a batch that was refused' },
};

const parts: Members = {
  CurrentVersion: {
    type: 'object',
    required: ['contentVersion', 'by', 'at'],
    properties: {
      contentVersion: { ...version, description: 'The latest content version' },
      by: { $ref: getSchemaPath(By) },
      at: time,
    },
  },
  ContentFault: {
    type: 'object',
    description: 'What is wrong with content',
    required: ['pointer', 'keyword', 'params', 'message'],
    properties: {
      pointer: {
        ...text,
        description: 'To the field itself, in the content; to where it should be, if it is missing',
        example: '/title',
      },
      keyword: {
        ...text,
        description: 'Of JSON Schema, or `pageType`, `levels`, `standIn`',
        example: 'required',
      },
      params: {
        type: 'object',
        additionalProperties: true,
        description: 'What the keyword asks for, for programs',
        example: { missingProperty: 'title' },
      },
      message: { ...text, description: 'For people', example: "must have required property 'title'" },
      inYours: {
        type: 'array',
        items: pointer,
        description:
          'The same place in the document that was sent, where the fault is at another schema version',
      },
    },
  },
};

/** One of the problem documents of some codes (RFC 9457 §3). @throws Error for a code that no operation answers */
export function oneProblemOf(codes: readonly ProblemCode[]): Schema {
  const paths = codes.map((code) => [code, problemPath(code)] as const);
  const [one] = paths;
  if (paths.length === 1 && one) return { $ref: one[1] };
  return {
    oneOf: paths.map(([, $ref]) => ({ $ref })),
    discriminator: { propertyName: 'code', mapping: Object.fromEntries(paths) },
  };
}

function problemPath(code: ProblemCode): string {
  if (!shapes[code]) throw new Error(`no operation answers ${code}`);
  return getSchemaPath({ name: nameOf(code) });
}

/** The schemas of all problem documents, by name. */
export function problemSchemas(): Members {
  const told = Object.entries(shapes).flatMap(([code, shape]) =>
    shape ? [[nameOf(code as ProblemCode), schemaOf(code as ProblemCode, shape)] as const] : [],
  );
  return { ...parts, ...Object.fromEntries(told) };
}

/** `path-taken`: `PathTakenProblem`. */
function nameOf(code: ProblemCode): string {
  const words = code.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return `${words.join('')}Problem`;
}

function schemaOf(code: ProblemCode, { means, always = {}, sometimes = {} }: Shape): Schema {
  const said = {
    type: { type: 'string', enum: [problemType(code)] },
    title: { type: 'string', enum: [problemTitle(code)] },
    status: { type: 'integer', enum: [statusOf(code)] },
    code: { type: 'string', enum: [code], description: 'Stable, for programs' },
    detail: { ...text, description: 'For people: what was expected, what was found, what to do' },
  };
  return {
    type: 'object',
    description: means,
    required: [...Object.keys(said), ...Object.keys(always)],
    properties: { ...said, ...always, ...sometimes, ...ofBatches },
  };
}
