import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { IsIn, IsObject, IsOptional, IsString } from '../edge/validators.js';
import { batchLimits } from '../../writer/batch-weight.js';
import type { CreatePage } from '../../commands/pages/create-page.js';
import type { PageCommand } from '../../commands/index.js';
import type { RestorePage } from '../../commands/pages/restore-page.js';
import type { ReplaceFile } from '../../commands/pages/replace-file.js';
import type { SavePage } from '../../commands/pages/save-page.js';
import { Refusal, refusalFacts, refuse } from '../../refusal.js';
import { withSchemaVersion } from '../../schema/json/check-document.js';
import { isObject, type JsonValue } from '../../schema/json/json.js';
import { Commented } from '../edge/commented-body.js';
import { codesOfWrite } from '../openapi/describe.js';
import { exampleId, jsonBody } from '../openapi/described-bodies.js';
import { commentLimit } from '../../events/limits.js';
import type { Headers, Served } from '../edge/headers.js';
import { BatchAnswer, BatchEnvelope } from '../pages/page-answer-shapes.js';
import { Asset } from '../assets/asset-answer-shapes.js';
import { assetWrites } from '../assets/asset-writes.js';
import { pageWrites } from '../pages/page-writes.js';
import type { Answer } from '../edge/problem.js';
import { jsonAnswer } from '../edge/send.js';
import { readBoundedJson } from '../edge/read-bounded-json.js';
import { requireMediaType, type Sent } from '../edge/sent.js';
import { decodeSegment } from '../edge/request-target.js';
import { readQuery, readShape } from '../edge/shape.js';
import { readWriteHead } from '../edge/write-head.js';
import { BatchQuery, WriteQuery } from '../edge/write-query.js';
import { write, type PageWrite, type PageWriteRoute } from '../routing/write-route.js';

/** What may be an item: a file comes in a request of its own. */
const writesOfOne = [...pageWrites, ...assetWrites.filter((route) => !route.takesFile)];

const methods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

class BatchItem {
  @ApiProperty({ enum: methods })
  @IsIn(methods)
  method!: (typeof methods)[number];

  @ApiProperty({
    example: '/pages/00000000-0000-4000-8000-000000000000/content',
    description:
      'With the query that the write takes by itself, such as `?force=true`; `dryRun` is of all of them',
  })
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

class BatchMembers extends Commented {}

class BatchBody extends BatchMembers {
  @ApiProperty({ type: [BatchItem], minItems: 1, maxItems: mostCommands })
  commands!: BatchItem[];
}

const mebibyte = 1024 * 1024;
const described = `What the items bring, read and append of documents is bounded (${batchLimits.weightBytes / mebibyte} MiB together: a
patch reads the page and appends it), and so is the answer (${batchLimits.answerBytes / mebibyte} MiB): beyond either the batch is refused
(\`too-much-work\`, with the \`index\` of the item) and nothing is appended. Items are answered without \`content\` unless
\`with=content\` asks for it.`;

/** Several writes, all or none, as one change set. */
export const batch = write<PageCommand['kind']>({
  operationId: 'batch',
  summary: 'Several writes, all or none',
  method: 'POST',
  path: '/batch',
  // Who may not do that may do nothing that can stand in it.
  command: 'save-page',
  description: described,
  query: BatchQuery,
  body: jsonBody(BatchBody, {
    both: {
      comment: 'Rename and publish',
      commands: [
        {
          method: 'PATCH',
          path: `/pages/${exampleId}/content`,
          headers: { 'If-Match': '"v17"' },
          body: [{ op: 'replace', path: '/title', value: 'New' }],
        },
        { method: 'POST', path: `/pages/${exampleId}/publish` },
      ],
    },
  }),
  models: [BatchBody, BatchEnvelope, Asset],
  takes: ['Schema-Version'],
  answer: BatchAnswer,
  refusals: writesOfOne.flatMap(codesOfWrite),
  read: (sent, served) => {
    requireMediaType(sent, 'application/json');
    const { value, refusal } = readBoundedJson(
      sent.body.kind === 'bytes' ? sent.body.bytes : Buffer.alloc(0),
      'none',
    );
    const schemaVersion = sent.head.schemaVersion ?? served.ladder.finalized;
    const faulty = refusal && bodyWith(refusal);
    if (refusal && faulty === undefined) refuse(withSchemaVersion(refusalFacts(refusal), schemaVersion));
    const { commands, comment } = readBatch(value);
    const items = commands.map((item, index) =>
      readItem(item, index, sent.headers, served, index === faulty ? refusal : undefined),
    );
    return {
      commands: items.map(({ command }) => command),
      comment: commentOfAll([comment, ...items.map((item) => item.commentOfAll)]),
      answersAt: items.map((item) => item.schemaVersion ?? served.ladder.finalized),
      batch: { isWithoutContent: (sent.query as BatchQuery).with !== 'content', limits: batchLimits },
      answer: ({ results }, access) =>
        answerOfAll(results.flatMap((result, index) => items[index]?.route.answerOne(result, access) ?? [])),
    };
  },
});

function answerOfAll(answers: readonly Answer[]): Answer {
  const body = answers.map(({ status, headers, body }) => {
    const head = JSON.stringify({ status, headers }).slice(0, -1);
    return body === '' ? `${head}}` : `${head},"body":${body}}`;
  });
  const { headers } = jsonAnswer(null);
  return { status: 200, headers, body: `{"items":[${body.join(',')}]}` };
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
function makesVersion(command: PageCommand): command is CreatePage | SavePage | ReplaceFile | RestorePage {
  return ['create-page', 'save-page', 'replace-file', 'restore-page'].includes(command.kind);
}

/** @throws Refusal `malformed-request` for too much of it */
function commentOfAll(given: readonly (string | undefined)[]): string | undefined {
  const comments = new Set(given.filter((comment) => comment !== undefined));
  if (comments.size === 0) return undefined;
  const comment = [...comments].join('\n');
  if (comment.length <= commentLimit) return comment;
  throw new Refusal('malformed-request', `the comments are longer than ${commentLimit} characters together`);
}

/** An item as it was read: by which route, and at which schema version it is answered, if it says one. */
interface ItemWrite {
  readonly route: PageWriteRoute;
  readonly command: PageCommand;
  /** For the change set. */
  readonly commentOfAll: string | undefined;
  readonly schemaVersion: number | undefined;
}

/** The index of the item in whose body it is. */
function bodyWith({ details }: Refusal): number | undefined {
  const { pointer = '' } = details as { readonly pointer?: string };
  const index = /^\/commands\/(\d+)\/body(?:\/|$)/.exec(pointer)?.[1];
  return index === undefined ? undefined : Number(index);
}

/** @param refusal what is wrong with the text of its body, to be said in its turn */
function readItem(
  item: JsonValue,
  index: number,
  outer: Headers,
  served: Served,
  refusal: Refusal | undefined,
): ItemWrite {
  try {
    if (!isObject(item)) throw new Refusal('malformed-request', 'a command has to be a JSON object');
    const { body, ...members } = item;
    const { method, path, headers: own } = readShape(BatchItem, members, 'body');
    const headers = { 'schema-version': outer['schema-version'], ...lowerCase(own ?? {}) };
    const { route, params, query } = routeOf(method, path);
    const head = readWriteHead(headers, served);
    const write = route.readOne({
      params,
      headers,
      head,
      query,
      body: { kind: 'value', value: body, refusal },
    });
    return { route, schemaVersion: head.schemaVersion, ...withItsComment(write) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, `command ${index}: ${error.message}`, { ...error.details, index });
  }
}

function withItsComment({ command, comment }: PageWrite): Pick<ItemWrite, 'command' | 'commentOfAll'> {
  if (comment === undefined || !makesVersion(command)) return { command, commentOfAll: comment };
  return { command: { ...command, comment }, commentOfAll: undefined };
}

/** The writes that may be items; the pattern's groups are the parameters of the path. */
const itemRoutes = writesOfOne.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replace(/:(\w+)/g, '(?<$1>[^/?#]+)')}$`),
}));

/** @throws Refusal `malformed-request` */
function routeOf(method: string, target: string): Pick<Sent, 'params' | 'query'> & { route: PageWriteRoute } {
  const [path = '', ...search] = target.split('?');
  for (const { route, pattern } of itemRoutes) {
    const match = method === route.method && pattern.exec(path);
    if (match) return { route, params: paramsOf(match.groups), query: queryOf(route, search) };
  }
  throw new Refusal('malformed-request', `${method} ${target} is nothing that a batch can do`);
}

/** @throws Refusal `malformed-request` */
function queryOf({ query: shape }: PageWriteRoute, search: readonly string[]): WriteQuery {
  if (search.length === 0) return {};
  const given = new URLSearchParams(search.join('?'));
  const names = [...new Set(given.keys())];
  const members = names.map((name): [string, unknown] => {
    const values = given.getAll(name);
    return [name, values.length === 1 ? values[0] : values];
  });
  const query = readQuery(shape ?? WriteQuery, Object.fromEntries(members));
  if (query.dryRun === undefined) return query;
  throw new Refusal('malformed-request', 'dryRun is of the whole batch: say it in the query of that');
}

/** @throws Refusal `malformed-request` */
function paramsOf(groups: Readonly<Record<string, string>> = {}): Sent['params'] {
  return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decodeSegment(text)]));
}

/** What counts of an item by itself: another would be lost without a word. */
const ofItems: ReadonlySet<string> = new Set([
  'schema-version',
  'if-match',
  'comment',
  'copied-blocks',
  'content-type',
]);

/** @throws Refusal `malformed-request` */
function lowerCase(headers: Readonly<Record<string, unknown>>): Headers {
  const lower = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string')
      throw new Refusal('malformed-request', `the header ${name} has to be a string`);
    if (!ofItems.has(name.toLowerCase()))
      throw new Refusal('malformed-request', `the header ${name} is not of an item: send it with the batch`);
    if (lower.has(name.toLowerCase()))
      throw new Refusal('malformed-request', `the header ${name} stands twice: send it once`);
    lower.set(name.toLowerCase(), value);
  }
  return Object.fromEntries(lower);
}
