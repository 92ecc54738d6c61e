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
import { codesWith } from '../edge/problem.js';
import { Problem } from './problem-shapes.js';
import { WriteQuery } from '../edge/write-query.js';

type Content = RequestBody['content'];
type Statuses = readonly number[];

interface Description {
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
  /** What can be refused besides that which every request may meet. */
  readonly refusals?: Statuses;
}

export interface ReadDescription extends Description {
  /** `content`: the answer is that of a page at the client's schema version, and may be 304. */
  readonly shows?: 'content';
  /** Who may ask; `nobody`: no token is needed. */
  readonly permission: string;
  readonly alsoAnswers?: readonly ApiResponseOptions[];
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
  const takes = shows ? (['Schema-Version', 'If-None-Match'] as const) : (description.takes ?? []);
  const told = toldOf(takes);
  const ofShown = shows ? [...ofContent, 'Surrogate-Key' as const] : (description.tells ?? []);
  const tells = [...ofShown, ...told];
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
    ...refused(swagger, isOpen ? [400] : [400, 401, 429, 500, 503, ...refusals], told),
    ...(told.length > 0 ? [refusal(swagger, 409, ['schema-not-finalized'], told)] : []),
  );
}

function write(
  swagger: SwaggerPackage,
  {
    status,
    body,
    query = WriteQuery,
    needs = [],
    takes = [],
    tells = [],
    refusals = [],
    ...description
  }: WriteDescription,
): MethodDecorator {
  const { ApiHeader, ApiQuery } = swagger;
  const ofSent = body ? [413] : [];
  const ofNeeds = [...(needs.includes('If-Match') ? [412] : []), ...(needs.length > 0 ? [428] : [])];
  const told = toldOf([...needs, ...takes]);
  return applyDecorators(
    operation(swagger, description, body ? { requestBody: body } : {}),
    ApiQuery({ type: query }),
    ...needs.map((name) => ApiHeader({ ...requestHeaders[name], required: true })),
    ...['Idempotency-Key' as const, ...takes].map((name) =>
      ApiHeader({ ...requestHeaders[name], required: false }),
    ),
    answer(swagger, description, status ?? 200, [...tells, ...told]),
    ...refused(swagger, [400, 401, 403, ...ofSent, ...ofNeeds, 422, 429, 500, 503, 507, ...refusals], told),
    ...(body ? [refusal(swagger, 415, codesWith(415), [...ofWrongType(body), ...told])] : []),
  );
}

function ofWrongType(body: RequestBody): readonly AnswerHeader[] {
  return body === patchBody ? ['Accept-Patch', 'Accept-Encoding'] : ['Accept-Encoding'];
}

function operation(
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

function answer(
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

/** What whoever says his schema version may be told of it. */
function toldOf(takes: readonly HeaderName[]): readonly AnswerHeader[] {
  return takes.includes('Schema-Version') ? ofSunset : [];
}

/** Problem documents, with the codes that a status may come with. Who is not known is told of nothing else. */
function refused(
  swagger: SwaggerPackage,
  statuses: Statuses,
  told: readonly AnswerHeader[],
): readonly MethodDecorator[] {
  return statuses.map((status) =>
    refusal(
      swagger,
      status,
      codesWith(status),
      status === 401
        ? ['WWW-Authenticate']
        : [429, 503, 507].includes(status)
          ? ['Retry-After', ...told]
          : told,
    ),
  );
}

function refusal(
  { ApiResponse }: SwaggerPackage,
  status: number,
  codes: readonly string[],
  tells: readonly AnswerHeader[],
): MethodDecorator {
  return ApiResponse({
    status,
    description: codes.map((code) => `\`${code}\``).join(', '),
    headers: headersNamed(tells),
    content: { 'application/problem+json': { schema: { $ref: getSchemaPath(Problem) } } },
  });
}
