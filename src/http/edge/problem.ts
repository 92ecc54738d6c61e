import type { FileFacts } from '../../events/file-facts.js';
import type { Variant } from '../../files/pictures/variant.js';
import { Refusal, type RefusalCode } from '../../refusal.js';
import { shortened } from '../../schema/shortened.js';

/** HTTP statuses of refusals. A code without a row does not compile. */
const statuses: Record<RefusalCode, number> = {
  'malformed-request': 400,
  'schema-version-too-old': 400,
  'schema-version-unknown': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'version-not-found': 404,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  'id-taken': 409,
  'path-taken': 409,
  'parent-not-found': 409,
  'parent-deleted': 409,
  'sibling-not-found': 409,
  'would-be-own-ancestor': 409,
  'schema-not-finalized': 409,
  'page-deleted': 409,
  'page-not-deleted': 409,
  'not-placed': 409,
  referenced: 409,
  'nothing-beneath-home': 409,
  'patch-test-failed': 409,
  'not-publishable': 409,
  'digest-mismatch': 422,
  'log-not-empty': 409,
  'import-diverged': 409,
  'no-way-down': 409,
  purged: 410,
  'version-conflict': 412,
  'too-large': 413,
  'unsupported-media-type': 415,
  'too-many-requests': 429,
  'content-invalid': 422,
  'number-not-exact': 422,
  'duplicate-key': 422,
  'duplicate-block-id': 422,
  'too-much-work': 422,
  'patch-invalid': 422,
  'path-too-long': 422,
  'too-deep': 422,
  'idempotency-key-reused': 422,
  'not-a-picture': 422,
  'picture-too-large': 422,
  'precondition-required': 428,
  'issuer-unavailable': 503,
  maintenance: 503,
  'shutting-down': 503,
  'log-too-new': 503,
  'storage-damaged': 500,
  'storage-busy': 503,
  'variants-busy': 503,
  'variants-unavailable': 501,
  'insufficient-storage': 507,
};

/** What a problem document may have as its `code`. */
export type ProblemCode = RefusalCode | 'internal-error';

export function statusOf(code: ProblemCode): number {
  return code === 'internal-error' ? 500 : statuses[code];
}

export function problemType(code: ProblemCode): string {
  return `urn:palimpsest:problem:${code}`;
}

export function problemTitle(code: ProblemCode): string {
  return code.replaceAll('-', ' ');
}

/** Whether it is looked for only where somebody may do what they ask for; what nobody can do is told to everybody. */
export function comesAfterPermission(code: RefusalCode): boolean {
  const status = statuses[code];
  return status === 400 || (status > 405 && status < 500);
}

const mediaType = 'application/problem+json';

/** An answer on its way out, whoever asked: a request or an item of a batch. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; empty for an answer without a body. */
  readonly body: string;
  /** What is sent in place of a body: bytes that lie in `content/`, or a picture of them at another size. */
  readonly file?: Pick<FileFacts, 'sha256' | 'bytes' | 'type'> & { readonly variant?: Variant };
}

/** The problem document of a refusal (RFC 9457 §3). */
export function problemAnswer(
  refusal: Refusal,
  extra: Readonly<Record<string, unknown>> = {},
  status = statuses[refusal.code],
): Answer {
  const document = {
    ...refusal.details,
    ...extra,
    type: problemType(refusal.code),
    title: problemTitle(refusal.code),
    status,
    code: refusal.code,
    detail: shortened(refusal.message, detailLimit),
  };
  return {
    status,
    headers: { 'content-type': mediaType, ...headersOf(refusal) },
    body: JSON.stringify(document),
  };
}

/** In characters. What a client sent may stand in a sentence, and be a megabyte. */
const detailLimit = 2_000;

/** What a bug looks like from outside: its cause is in the server's log only. */
export const failureAnswer: Answer = {
  status: 500,
  headers: { 'content-type': mediaType },
  body: JSON.stringify({
    type: problemType('internal-error'),
    title: problemTitle('internal-error'),
    status: 500,
    code: 'internal-error',
    detail: 'the server has failed at this: its own log says why',
  }),
};

/** What is asked of who is not known (RFC 6750 §3). */
export const challenge = 'Bearer realm="palimpsest"';

const temporary: ReadonlySet<RefusalCode> = new Set([
  'too-many-requests',
  'issuer-unavailable',
  'maintenance',
  'shutting-down',
  'storage-busy',
  'variants-busy',
  'insufficient-storage',
]);

function headersOf({ code, details }: Refusal): Record<string, string> {
  if (code === 'unauthenticated') return { 'www-authenticate': challenge };
  const { retryAfterSeconds = 1 } = details as { readonly retryAfterSeconds?: number };
  return temporary.has(code) ? { 'retry-after': String(retryAfterSeconds) } : {};
}
