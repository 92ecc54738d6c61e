import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, ApiTags } from './api-decorators.js';
import { IsIn, IsObject, IsOptional, IsString, Matches, MaxLength } from './validators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CreatePage } from '../commands/create-page.js';
import type { PageCommand } from '../commands/index.js';
import type { RestorePage } from '../commands/restore-page.js';
import type { SavePage } from '../commands/save-page.js';
import { commentLimit, wellFormed } from '../events/limits.js';
import { ReadModel } from '../queries/read-model.js';
import { Refusal, refusalFacts, refuse } from '../refusal.js';
import { withSchemaVersion } from '../schema/check-document.js';
import type { JsonValue } from '../schema/json.js';
import { isObject } from '../schema/json.js';
import { readJson } from '../schema/read-json.js';
import { BatchAnswer } from './page-answer-shapes.js';
import { Write } from './describe.js';
import { examples, jsonBody } from './described-bodies.js';
import { schemaVersionOf, type Headers, type Served } from './headers.js';
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
import { requireMediaType } from './sent.js';
import { jsonAnswer, send } from './send.js';
import { readQuery, readShape } from './shape.js';
import { wellFormedMessage } from './write-shapes.js';
import { WriteQuery } from './write-query.js';
import { pageWriteAnswer, sentBy, Writes } from './writes.js';

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

class BatchBody extends BatchMembers {
  @ApiProperty({ type: [BatchItem], minItems: 1, maxItems: mostCommands })
  commands!: BatchItem[];
}

/** The writes that may be items of a batch; the pattern's group is the page's id. */
const writes: readonly (readonly [method: string, path: RegExp, read: ReadWrite])[] = [
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

/** Several writes, all or none, as one change set. */
@ApiTags('Writes')
@ApiExtraModels(BatchBody)
@Controller('batch')
export class BatchController {
  constructor(
    private readonly writes: Writes,
    private readonly model: ReadModel,
  ) {}

  @Post()
  @HttpCode(200)
  @Write({
    operationId: 'batch',
    summary: 'Several writes, all or none',
    body: jsonBody(BatchBody, examples.batch),
    takes: ['Schema-Version'],
    answer: BatchAnswer,
    refusals: [404, 409, 412, 428],
  })
  async batch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const sent = sentBy(request, this.model);
    const { dryRun } = readQuery(WriteQuery, request.query);
    requireMediaType(sent, 'application/json');
    const { value, refusal } = readJson(
      sent.body.kind === 'bytes' ? sent.body.bytes : Buffer.alloc(0),
      'none',
    );
    if (refusal) {
      refuse(withSchemaVersion(refusalFacts(refusal), sent.schemaVersion ?? this.model.ladder.current));
    }
    const { commands, comment } = readBatch(value);
    const items = commands.map((item, index) => readItem(item, index, request.headers, this.model));
    const outcome = await this.writes.submit(
      request,
      items.map(({ command }) => command),
      {
        comment: commentOfAll([comment, ...items.map((item) => item.commentOfAll)]),
        dryRun,
        answersAt: items.map(({ schemaVersion }) => schemaVersion ?? this.model.ladder.current),
        isBatch: true,
      },
    );
    const answers = outcome.results.map((result, index) =>
      pageWriteAnswer(result, request.principal.role, items[index]?.toContent ?? false),
    );
    const body = answers.map(({ status, headers, body }) => {
      const head = JSON.stringify({ status, headers }).slice(0, -1);
      return body === '' ? `${head}}` : `${head},"body":${body}}`;
    });
    const { headers } = jsonAnswer(null);
    send(reply, { status: 200, headers, body: `{"items":[${body.join(',')}]}` }, outcome.position);
  }
}

/** The commands stay out of class-transformer's hands: there is content in them. */
function readBatch(value: JsonValue): { commands: readonly JsonValue[]; comment: string | undefined } {
  if (!isObject(value)) throw new Refusal('malformed-request', 'the body has to be a JSON object');
  const { commands, ...members } = value;
  const { comment } = readShape(BatchMembers, members, 'body');
  if (!Array.isArray(commands) || commands.length === 0 || commands.length > mostCommands) {
    throw new Refusal('malformed-request', `commands has to be a list of 1 to ${mostCommands} writes`);
  }
  return { commands, comment };
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
  for (const [ofMethod, pattern, read] of writes) {
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
