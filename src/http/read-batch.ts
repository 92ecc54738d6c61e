import { ApiProperty, ApiPropertyOptional } from './api-decorators.js';
import { IsIn, IsObject, IsOptional, IsString, Matches, MaxLength } from './validators.js';
import type { CreatePage } from '../commands/create-page.js';
import type { PageCommand } from '../commands/index.js';
import type { RestorePage } from '../commands/restore-page.js';
import type { SavePage } from '../commands/save-page.js';
import { Refusal } from '../refusal.js';
import { isObject, type JsonValue } from '../schema/json.js';
import { commentLimit, schemaVersionOf, type Headers, type Served } from './headers.js';
import {
  readCreate,
  readDelete,
  readMove,
  readPatch,
  readPublish,
  readRestore,
  readSave,
  readUndelete,
  readUnpublish,
  type ReadWrite,
} from './page-writes.js';
import { readShape } from './shape.js';
import { wellFormed, wellFormedMessage } from './write-shapes.js';

const methods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

class BatchItem {
  @ApiProperty({ enum: methods })
  @IsIn(methods)
  method!: (typeof methods)[number];

  @ApiProperty({ example: '/pages/00000000-0000-4000-8000-000000000000/content' })
  @IsString()
  path!: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  @IsOptional()
  @IsObject()
  headers?: Record<string, string>;

  /** Content, or what else the write takes; read apart from this. */
  @ApiPropertyOptional({
    oneOf: [
      { type: 'object', additionalProperties: true },
      { type: 'array', items: {} },
    ],
  })
  body?: unknown;
}

const mostCommands = 1000;

class BatchMembers {
  @ApiPropertyOptional({ maxLength: commentLimit })
  @IsOptional()
  @IsString()
  @MaxLength(commentLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  comment?: string;
}

/** For the description; it is read by `readBatch`. */
export class BatchBody extends BatchMembers {
  @ApiProperty({ type: [BatchItem], minItems: 1, maxItems: mostCommands })
  commands!: BatchItem[];
}

/** The writes that may be items of a batch; the pattern's group is the page's id. */
const batchable: readonly (readonly [method: string, path: RegExp, read: ReadWrite])[] = [
  ['POST', /^\/pages$/, readCreate],
  ['PUT', /^\/pages\/([^/?#]+)\/content$/, readSave],
  ['PATCH', /^\/pages\/([^/?#]+)\/content$/, readPatch],
  ['POST', /^\/pages\/([^/?#]+)\/restore$/, readRestore],
  ['POST', /^\/pages\/([^/?#]+)\/move$/, readMove],
  ['POST', /^\/pages\/([^/?#]+)\/publish$/, readPublish],
  ['POST', /^\/pages\/([^/?#]+)\/unpublish$/, readUnpublish],
  ['DELETE', /^\/pages\/([^/?#]+)$/, readDelete],
  ['POST', /^\/pages\/([^/?#]+)\/undelete$/, readUndelete],
];

interface ReadBatch {
  readonly writes: readonly BatchWrite[];
  /** Of the change set. */
  readonly comment: string | undefined;
}

/**
 * Reads the body of a batch. Its items take `Schema-Version` from the request, where they have none of their own.
 * @throws Refusal, with the `index` of the item that it is about
 */
export function readBatch(value: JsonValue, outer: Headers, served: Served): ReadBatch {
  if (!isObject(value)) throw new Refusal('malformed-request', 'the body has to be a JSON object');
  const { commands, ...members } = value; // what is in the commands is no matter of this shape
  const { comment } = readShape(BatchMembers, members, 'body');
  if (!Array.isArray(commands) || commands.length === 0 || commands.length > mostCommands) {
    throw new Refusal('malformed-request', `commands has to be a list of 1 to ${mostCommands} writes`);
  }
  const writes = (commands as readonly JsonValue[]).map((item, index) =>
    readItem(item, index, outer, served),
  );
  return { writes, comment: commentOfAll([comment, ...writes.map((write) => write.commentOfAll)]) };
}

/** A version has a comment of its own; what makes none leaves it to the change set. */
function makesVersion(command: PageCommand): command is CreatePage | SavePage | RestorePage {
  const { kind } = command;
  return kind === 'create-page' || kind === 'save-page' || kind === 'restore-page';
}

/** @throws Refusal `malformed-request` for too much of it */
function commentOfAll(given: readonly (string | undefined)[]): string | undefined {
  const comments = new Set(given.filter((comment) => comment !== undefined));
  if (comments.size === 0) return undefined;
  const comment = [...comments].join('\n');
  if (comment.length <= commentLimit) return comment;
  throw new Refusal('malformed-request', `the comments are longer than ${commentLimit} characters together`);
}

interface BatchWrite {
  readonly command: PageCommand;
  /** For the change set. */
  readonly commentOfAll: string | undefined;
  readonly toContent: boolean;
  readonly schemaVersion: number | undefined;
}

function readItem(item: JsonValue, index: number, outer: Headers, served: Served): BatchWrite {
  try {
    if (!isObject(item)) throw new Refusal('malformed-request', 'a command has to be a JSON object');
    const { body, ...members } = item;
    const { method, path, headers = {} } = readShape(BatchItem, members, 'body');
    const all = { 'schema-version': outer['schema-version'], ...lowerCase(headers) };
    return readWrite(method, path, all, schemaVersionOf(all, served), body);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, `command ${index}: ${error.message}`, { ...error.details, index });
  }
}

function readWrite(
  method: string,
  path: string,
  headers: Headers,
  schemaVersion: number | undefined,
  body: JsonValue | undefined,
): BatchWrite {
  for (const [ofMethod, pattern, read] of batchable) {
    const match = method === ofMethod && pattern.exec(path);
    if (!match) continue;
    const params = match[1] === undefined ? {} : { id: match[1] };
    const { command, comment } = read({
      params,
      headers,
      schemaVersion,
      body: { kind: 'value', value: body },
    });
    const write = { command, commentOfAll: comment, toContent: path.endsWith('/content'), schemaVersion };
    if (comment === undefined || !makesVersion(command)) return write;
    return { ...write, command: { ...command, comment }, commentOfAll: undefined };
  }
  throw new Refusal('malformed-request', `${method} ${path} is nothing that a batch can do`);
}

function lowerCase(headers: Readonly<Record<string, unknown>>): Headers {
  const lower = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string')
      throw new Refusal('malformed-request', `the header ${name} has to be a string`);
    if (lower.has(name.toLowerCase()))
      throw new Refusal('malformed-request', `the header ${name} stands twice: send it once`);
    lower.set(name.toLowerCase(), value);
  }
  return Object.fromEntries(lower);
}
