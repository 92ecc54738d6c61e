import { WriterFailed } from '../writer/thread-writer.js';
import { isBusy, isDamage, isNoRoom, isUnwritable, WrongSqlite } from '../log/database.js';
import { WrongDatabase } from '../log/installation.js';
import { WrongLadder } from '../ladder/wrong-ladder.js';
import { OperatorError, exitCodes } from './operator-error.js';
import { Refusal, type RefusalCode } from '../refusal.js';

/** How a refusal by the server ends a verb. A code without a row does not compile. */
const ofRefusals: Record<RefusalCode, number> = {
  'malformed-request': exitCodes.usage,
  'schema-version-too-old': exitCodes.wrongVersion,
  'schema-version-unknown': exitCodes.wrongVersion,
  'schema-not-finalized': exitCodes.wrongVersion,
  unauthenticated: exitCodes.notPermitted,
  forbidden: exitCodes.notPermitted,
  'not-found': exitCodes.badData,
  'version-not-found': exitCodes.badData,
  'method-not-allowed': exitCodes.bug,
  'not-acceptable': exitCodes.bug,
  'id-taken': exitCodes.badData,
  'path-taken': exitCodes.badData,
  'parent-not-found': exitCodes.badData,
  'parent-deleted': exitCodes.badData,
  'sibling-not-found': exitCodes.badData,
  'would-be-own-ancestor': exitCodes.badData,
  'page-deleted': exitCodes.badData,
  'page-not-deleted': exitCodes.badData,
  'not-placed': exitCodes.badData,
  referenced: exitCodes.badData,
  'nothing-beneath-home': exitCodes.badData,
  'patch-test-failed': exitCodes.badData,
  'not-publishable': exitCodes.badData,
  'digest-mismatch': exitCodes.badData,
  purged: exitCodes.badData,
  'log-not-empty': exitCodes.cannotCreate,
  'import-diverged': exitCodes.badData,
  'no-way-down': exitCodes.badData,
  'version-conflict': exitCodes.badData,
  'too-large': exitCodes.badData,
  'unsupported-media-type': exitCodes.bug,
  'too-many-requests': exitCodes.busy,
  'content-invalid': exitCodes.badData,
  'number-not-exact': exitCodes.badData,
  'duplicate-key': exitCodes.badData,
  'duplicate-block-id': exitCodes.badData,
  'too-much-work': exitCodes.badData,
  'patch-invalid': exitCodes.badData,
  'path-too-long': exitCodes.badData,
  'too-deep': exitCodes.badData,
  'idempotency-key-reused': exitCodes.badData,
  'not-a-picture': exitCodes.badData,
  'picture-too-large': exitCodes.badData,
  'precondition-required': exitCodes.usage,
  maintenance: exitCodes.busy,
  'shutting-down': exitCodes.busy,
  'log-too-new': exitCodes.wrongVersion,
  'storage-damaged': exitCodes.badData,
  'issuer-unavailable': exitCodes.unavailable,
  'storage-busy': exitCodes.busy,
  'variants-busy': exitCodes.busy,
  'variants-unavailable': exitCodes.unavailable,
  'insufficient-storage': exitCodes.busy,
};

/** Whether this release knows such a refusal. */
export function isRefusalCode(code: unknown): code is RefusalCode {
  return typeof code === 'string' && Object.hasOwn(ofRefusals, code);
}

/** What the operator can do something about, by exit code; each is thrown with a sentence for them. */
const ofErrors = [
  [WrongDatabase, exitCodes.wrongVersion],
  [WrongSqlite, exitCodes.wrongVersion],
  [WriterFailed, exitCodes.unavailable],
  [WrongLadder, exitCodes.wrongVersion],
] as const;

/** What is told of an error that has an exit code. */
export function sentenceOf(error: Error): string {
  if (error instanceof OperatorError) return error.message;
  if (isBusy(error))
    return `another program holds the database (${error.message}): try again, or end that program`;
  if (isNoRoom(error))
    return `there is no room for what was to be written (${error.message}): make room and try again`;
  if ((error as NodeJS.ErrnoException).code === 'EROFS')
    return `${error.message}: this changes the data directory, which has to be where it can be written to`;
  if (isUnwritable(error))
    return `${error.message}: run this as the user that the data directory belongs to, who has to have the right to write there`;
  if (!isDamage(error)) return error.message;
  return `the database file is damaged (${error.message}): keep it, restore a backup, and run \`palimpsest verify\` on that`;
}

/** Nothing for an error that nobody foresaw. */
export function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof OperatorError) return error.exitCode;
  if (error instanceof Refusal) return ofRefusals[error.code];
  if (isDamage(error)) return exitCodes.badData;
  if (isBusy(error)) return exitCodes.busy;
  if (isNoRoom(error)) return exitCodes.busy;
  if (isUnwritable(error)) return exitCodes.notPermitted;
  return ofErrors.find(([kind]) => error instanceof kind)?.[1];
}
