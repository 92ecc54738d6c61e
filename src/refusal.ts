/**
 * What a caller can cause is a refusal, with a stable code and a sentence that names the way out.
 * Everything else that is thrown is a bug. `src/http/edge/problem.ts` maps codes to HTTP statuses,
 * `src/installation/exit-code.ts` to exit codes; a code without a row there does not compile.
 */
export type RefusalCode =
  | 'malformed-request'
  | 'schema-version-too-old'
  | 'schema-version-unknown'
  | 'schema-not-finalized'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'version-not-found'
  | 'method-not-allowed'
  | 'not-acceptable'
  | 'id-taken'
  | 'path-taken'
  | 'parent-not-found'
  | 'parent-deleted'
  | 'sibling-not-found'
  | 'would-be-own-ancestor'
  | 'page-deleted'
  | 'page-not-deleted'
  | 'not-placed'
  | 'referenced'
  | 'nothing-beneath-home'
  | 'patch-test-failed'
  | 'not-publishable'
  | 'digest-mismatch'
  | 'purged'
  | 'log-not-empty'
  | 'import-diverged'
  | 'no-way-down'
  | 'version-conflict'
  | 'too-large'
  | 'unsupported-media-type'
  | 'too-many-requests'
  | 'content-invalid'
  | 'number-not-exact'
  | 'duplicate-key'
  | 'duplicate-block-id'
  | 'too-much-work'
  | 'patch-invalid'
  | 'path-too-long'
  | 'too-deep'
  | 'idempotency-key-reused'
  | 'not-a-picture'
  | 'picture-too-large'
  | 'precondition-required'
  | 'issuer-unavailable'
  | 'maintenance'
  | 'shutting-down'
  | 'log-too-new'
  | 'storage-damaged'
  | 'storage-busy'
  | 'variants-busy'
  | 'variants-unavailable'
  | 'insufficient-storage';

/** Thrown where a rule, a check or a query says no. `details` become members of the problem document. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** A refusal as plain data, which crosses threads and is kept in lists. */
export interface RefusalFacts {
  readonly code: RefusalCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export function refusalFacts({ code, message, details }: Refusal): RefusalFacts {
  return { code, message, details };
}

export function refuse(facts: RefusalFacts): never {
  throw new Refusal(facts.code, facts.message, facts.details);
}
