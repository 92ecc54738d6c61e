import { applyDecorators, type Type } from '@nestjs/common';
import type { ApiOperationOptions, ApiParamOptions, ApiResponseOptions } from '@nestjs/swagger';
import { getSchemaPath, later, type SwaggerPackage } from './api-decorators.js';
import { patchBody, type RequestBody } from './described-bodies.js';
import {
  headersNamed,
  ofBody,
  ofSunset,
  requestHeaders,
  type AnswerHeader,
  type HeaderName,
} from './described-headers.js';
import { statusOf, type ProblemCode } from '../edge/problem.js';
import { oneProblemOf } from './problem-shapes.js';
import { WriteQuery } from '../edge/write-query.js';

type Content = RequestBody['content'];
type Codes = readonly ProblemCode[];

export interface Description {
  /** Unique in the document. */
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: readonly ApiParamOptions[];
  readonly query?: Type;
  /** The class of the JSON that is answered; or `content`, for anything else. */
  readonly answer?: Type;
  readonly content?: Content;
  readonly takes?: readonly HeaderName[];
  /** Classes that the document has to know besides the answer's. */
  readonly models?: readonly Type[];
  /** Headers of the answer besides those of every answer. */
  readonly tells?: readonly AnswerHeader[];
  /** The codes of what can be refused besides that which every request of its kind may meet. */
  readonly refusals?: Codes;
  /** Answers with other statuses that are no refusals. */
  readonly alsoAnswers?: readonly ApiResponseOptions[];
}

export interface ReadDescription extends Description {
  /**
   * What may be 304. `content`: a page at the client's schema version; `pages`: several, as caches in front may keep them for readers;
   * `list`: a list of anything else.
   */
  readonly shows?: 'content' | 'pages' | 'list';
  /** Who may ask; `nobody`: no token is needed; `anybody`: any is good. */
  readonly permission: 'nobody' | 'anybody' | 'read' | 'history' | 'administer' | 'measure';
}

export interface WriteDescription extends Description {
  /** Default 200. */
  readonly status?: 201 | 204;
  readonly body?: RequestBody;
  /** Default `WriteQuery`. */
  readonly query?: typeof WriteQuery;
  /** Headers without which the write is refused (428). */
  readonly needs?: readonly ('Schema-Version' | 'If-Match')[];
}

export const pageId: ApiParamOptions = {
  name: 'id',
  schema: { type: 'string', format: 'uuid' },
  description: 'The page',
};

/** What whoever has to show a token may meet. */
export const ofEveryRequest: Codes = [
  'malformed-request',
  'unauthenticated',
  'too-many-requests',
  'internal-error',
  'storage-damaged',
  'storage-busy',
  'shutting-down',
];
const ofSchemaVersion: Codes = ['schema-version-too-old', 'schema-version-unknown', 'schema-not-finalized'];
const ofEveryWrite: Codes = [
  ...ofEveryRequest,
  ...ofSchemaVersion,
  'forbidden',
  'idempotency-key-reused',
  'maintenance',
  'insufficient-storage',
];
const ofBodies: Codes = [
  'too-large',
  'unsupported-media-type',
  'duplicate-key',
  'number-not-exact',
  'too-much-work',
];
const ofPermission: Readonly<Record<ReadDescription['permission'], Codes>> = {
  nobody: [],
  anybody: [],
  read: ['not-found'],
  history: ['not-found'],
  administer: ['not-found', 'forbidden'],
  measure: ['not-found', 'forbidden'],
};

/** What is told of content. */
export const ofContent = ['ETag', 'Content-Version', 'Schema-Version'] as const;

/** Describes a route that reads. */
export function Read(description: ReadDescription): MethodDecorator {
  return later((swagger) => read(swagger, description));
}

/** Describes a route that writes: what every write takes, and may meet, is added. */
export function Write(description: WriteDescription): MethodDecorator {
  return later((swagger) => write(swagger, description));
}

function read(
  swagger: SwaggerPackage,
  { shows, permission, alsoAnswers = [], refusals = [], ...description }: ReadDescription,
): MethodDecorator {
  const isOpen = permission === 'nobody';
  const { ApiHeader, ApiResponse } = swagger;
  const ofPage = shows === 'content' ? (['Schema-Version'] as const) : (description.takes ?? []);
  const takes: readonly HeaderName[] = [...ofPage, ...takenBy(shows)];
  const told = toldOf(takes);
  const tells = [...toldBy(shows), ...(description.tells ?? []), ...told];
  return applyDecorators(
    operation(swagger, description, isOpen ? { security: [] } : {}),
    ...takes.map((name) => ApiHeader({ ...requestHeaders[name], required: false })),
    answer(swagger, description, 200, tells),
    ...(shows
      ? [
          ApiResponse({
            status: 304,
            description: 'The client has it',
            headers: headersNamed([...tells, ...ofBody]),
          }),
        ]
      : []),
    ...alsoAnswers.map((response) => ApiResponse(response)),
    ...refused(
      swagger,
      isOpen
        ? ['malformed-request', 'internal-error', ...refusals]
        : [
            ...ofEveryRequest,
            ...ofPermission[permission],
            ...(takes.includes('Schema-Version') ? ofSchemaVersion : []),
            ...refusals,
          ],
      told,
    ),
  );
}

function write(swagger: SwaggerPackage, write: WriteDescription): MethodDecorator {
  const { status, body, query = WriteQuery, needs = [], takes = [], tells = [], ...description } = write;
  const { ApiHeader, ApiQuery, ApiResponse } = swagger;
  const told = toldOf([...needs, ...takes]);
  return applyDecorators(
    operation(swagger, description, body ? { requestBody: body } : {}),
    ApiQuery({ type: query }),
    ...needs.map((name) => ApiHeader({ ...requestHeaders[name], required: true })),
    ...['Idempotency-Key' as const, ...takes].map((name) =>
      ApiHeader({ ...requestHeaders[name], required: false }),
    ),
    answer(swagger, description, status ?? 200, [...tells, ...told]),
    ...(write.alsoAnswers ?? []).map((response) => ApiResponse(response)),
    ...refused(swagger, codesOfWrite(write), told, body ? ofWrongType(body) : []),
  );
}

/** The codes of what a write can be refused for. */
export function codesOfWrite({ body, needs = [], takes = [], refusals = [] }: WriteDescription): Codes {
  return [
    ...ofEveryWrite,
    ...(body ? ofBodies : []),
    ...([...needs, ...takes].includes('If-Match') ? (['version-conflict'] as const) : []),
    ...(needs.length > 0 ? (['precondition-required'] as const) : []),
    ...refusals,
  ];
}

function ofWrongType(body: RequestBody): readonly AnswerHeader[] {
  return body === patchBody ? ['Accept-Patch', 'Accept-Encoding'] : ['Accept-Encoding'];
}

export function operation(
  { ApiExtraModels, ApiOperation, ApiParam, ApiQuery }: SwaggerPackage,
  { operationId, summary, description, params = [], query, models = [] }: Description,
  more: ApiOperationOptions,
): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, summary, ...(description !== undefined && { description }), ...more }),
    ...params.map((param) => ApiParam(param)),
    ...(query ? [ApiQuery({ type: query })] : []),
    ...(models.length > 0 ? [ApiExtraModels(...models)] : []),
  );
}

export function answer(
  { ApiExtraModels, ApiResponse }: SwaggerPackage,
  description: Description,
  status: number,
  tells: readonly AnswerHeader[],
): MethodDecorator {
  const { answer: shape } = description;
  const content = shape
    ? { 'application/json': { schema: { $ref: getSchemaPath(shape) } } }
    : description.content;
  const headers = headersNamed(content ? [...tells, ...ofBody] : tells);
  return applyDecorators(
    ...(shape ? [ApiExtraModels(shape)] : []),
    ApiResponse({ status, description: description.summary, headers, ...(content && { content }) }),
  );
}

function takenBy(shows: ReadDescription['shows']): readonly HeaderName[] {
  if (shows === undefined) return [];
  return shows === 'list' ? ['If-None-Match'] : ['User-Token', 'If-None-Match'];
}

function toldBy(shows: ReadDescription['shows']): readonly AnswerHeader[] {
  if (shows === undefined) return [];
  if (shows === 'list') return ['ETag'];
  return [...(shows === 'content' ? ofContent : ['ETag' as const]), 'Surrogate-Key', 'CDN-Cache-Control'];
}

/** What a client that says its schema version may be told of it. */
function toldOf(takes: readonly HeaderName[]): readonly AnswerHeader[] {
  return takes.includes('Schema-Version') ? ofSunset : [];
}

/** Problem documents: for each status those of its codes. Who is not known is told of nothing else. */
export function refused(
  { ApiResponse }: SwaggerPackage,
  codes: Codes,
  told: readonly AnswerHeader[],
  ofWrongType: readonly AnswerHeader[] = [],
): readonly MethodDecorator[] {
  const statuses = new Set(codes.map(statusOf));
  return [...statuses].map((status) => {
    const ofStatus = [...new Set(codes)].filter((code) => statusOf(code) === status);
    return ApiResponse({
      status,
      description: ofStatus.map((code) => `\`${code}\``).join(', '),
      headers: headersNamed(headersOf(status, told, ofWrongType)),
      content: { 'application/problem+json': { schema: oneProblemOf(ofStatus) } },
    });
  });
}

function headersOf(
  status: number,
  told: readonly AnswerHeader[],
  ofWrongType: readonly AnswerHeader[],
): readonly AnswerHeader[] {
  if (status === 401) return ['WWW-Authenticate'];
  if (status === 415) return [...ofWrongType, ...told];
  return [429, 503, 507].includes(status) ? ['Retry-After', ...told] : told;
}
