import { applyDecorators } from '@nestjs/common';
import type { ApiResponseOptions } from '@nestjs/swagger';
import type { ProblemCode } from '../edge/problem.js';
import { later } from './api-decorators.js';
import { answer, ofEveryRequest, operation, refused, type Description } from './describe.js';
import { oneProblemOf } from './problem-shapes.js';
import type { RequestBody } from './described-bodies.js';

export interface SessionDescription extends Description {
  /** `nobody`: it makes a session, and so no token is needed; `anybody`: any is good. */
  readonly permission: 'nobody' | 'anybody';
  readonly status: 204 | 302;
  readonly body?: RequestBody;
}

/** What may be met by whoever begins or ends a session. */
const ofEverySession: readonly ProblemCode[] = [...ofEveryRequest, 'maintenance', 'insufficient-storage'];

const ofBodies: readonly ProblemCode[] = [
  'too-large',
  'unsupported-media-type',
  'duplicate-key',
  'number-not-exact',
  'too-much-work',
  'content-invalid',
];

/** A redirect is what comes of it, and linters look for more than that. */
const otherwise: ApiResponseOptions = {
  status: 'default',
  description: 'Whatever else is refused',
  content: { 'application/problem+json': { schema: oneProblemOf(ofEverySession) } },
};

/** Describes a route of `/session`. */
export function Session(description: SessionDescription): MethodDecorator {
  return later((swagger) => {
    const { permission, status, body, tells = [], refusals = [] } = description;
    const isOpen = permission === 'nobody';
    const more = { ...(isOpen && { security: [] }), ...(body && { requestBody: body }) };
    const codes = [...ofEverySession, ...(body ? ofBodies : []), ...refusals];
    return applyDecorators(
      operation(swagger, description, more),
      answer(swagger, description, status, tells),
      ...refused(swagger, codes, [], body ? ['Accept-Encoding'] : []),
      ...(status === 302 ? [swagger.ApiResponse(otherwise)] : []),
    );
  });
}
