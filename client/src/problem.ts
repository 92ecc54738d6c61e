import type { components } from './openapi.js';

type Schemas = components['schemas'];
/** Why something was refused (RFC 9457): `code` says which of them, and so which members there are. */
export type Problem = Schemas[Extract<keyof Schemas, `${string}Problem`>];

/** A refusal where there is no value to answer it as. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.name = 'ProblemError';
  }
}

/** Whether an answer's body is a problem document, and not something that a proxy said. */
export function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}
