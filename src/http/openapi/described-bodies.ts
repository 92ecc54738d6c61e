import type { Type } from '@nestjs/common';
import type { ApiOperationOptions } from '@nestjs/swagger';
import { getSchemaPath } from './api-decorators.js';
import { PatchOperation } from '../pages/history-answer-shapes.js';

export type RequestBody = Exclude<NonNullable<ApiOperationOptions['requestBody']>, { $ref: string }>;

export const exampleId = '01980000-0000-7000-8000-000000000000';

const anyObject = { type: 'object', additionalProperties: true } as const;

/** The whole document; its bytes are kept. */
export const documentBody: RequestBody = {
  required: true,
  content: {
    'application/json': {
      schema: anyObject,
      examples: named({ document: { title: 'Hello', body: 'Second thoughts.' } }),
    },
  },
};

/** Two ways to say what changes. */
export const patchBody: RequestBody = {
  required: true,
  content: {
    'application/json-patch+json': {
      schema: { type: 'array', items: { $ref: getSchemaPath(PatchOperation) } },
      examples: named({
        tested: [
          { op: 'test', path: '/title', value: 'Hello' },
          { op: 'replace', path: '/title', value: 'Hello again' },
        ],
      }),
    },
    'application/merge-patch+json': {
      schema: anyObject,
      examples: named({ merge: { title: 'Hello again', body: null } }),
    },
  },
};

/** A JSON body of one class, with examples by name. Not required where every member may be left out. */
export function jsonBody(
  shape: Type,
  examples: Readonly<Record<string, unknown>>,
  required = true,
): RequestBody {
  return {
    required,
    content: { 'application/json': { schema: { $ref: getSchemaPath(shape) }, examples: named(examples) } },
  };
}

/** Examples as OpenAPI wants them. */
function named(examples: Readonly<Record<string, unknown>>): Record<string, { value: unknown }> {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}
