import { randomUUID } from 'node:crypto';
import type { Writer } from '../commands/change-set.js';
import type { Command } from '../commands/index.js';
import { environmentToken, hashSecret } from '../http/edge/secret.js';
import type { ReadModel } from '../queries/read-model.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { submitAsOperator } from './operator.js';

const shortest = 32;
/** A longer one would not fit into the headers of a request. */
const secretLimit = 4096;

/**
 * Makes sure that a secret somebody made up can be sent as a bearer token (RFC 6750 §2.1) and not be guessed.
 * @throws OperatorError 78, which does not tell the secret
 */
export function requireAdminSecret(secret: string): void {
  const wrong = faultOf(secret);
  if (wrong !== undefined) throw new OperatorError(exitCodes.wrongVersion, `${environmentToken} ${wrong}`);
}

function faultOf(secret: string): string | undefined {
  if (/\s/.test(secret)) return 'has white space in or around it: set it without';
  if (secret.length < shortest) {
    return `has ${secret.length} characters: set one of at least ${shortest}, such as \`openssl rand -hex 32\` prints`;
  }
  if (secret.length > secretLimit)
    return `has ${secret.length} characters: set one of at most ${secretLimit}`;
  if (/^[A-Za-z0-9._~+/-]+=*$/.test(secret)) return undefined;
  return 'has characters that a bearer token can not hold: use letters, digits and - . _ ~ + /, and = at its end alone';
}

/**
 * Sees to it that `secret` is an administrator's token, and the only one that came from the environment: the one before
 * it is revoked. So is any other token with this secret, which would else decide what the secret may do.
 */
export async function ensureAdminToken(secret: string, model: ReadModel, writer: Writer): Promise<void> {
  const hash = hashSecret(secret);
  const found = model.tokens.tokensNamedOrHashed(environmentToken, hash);
  const kept = found.find(
    (token) =>
      token.name === environmentToken &&
      token.hash === hash &&
      token.role === 'admin' &&
      model.grants.grant(token.id)?.anchor === null &&
      token.expiresAt === null,
  );
  const commands: Command[] = found
    .filter((token) => token !== kept)
    .map(({ id }) => ({ kind: 'revoke-token', token: id }));
  if (!kept) commands.push(adminToken(hash, environmentToken));
  if (commands.length > 0) await submit(commands, writer);
}

/** The token of whoever starts this first. */
export async function createFirstToken(secret: string, writer: Writer): Promise<void> {
  await submit([adminToken(hashSecret(secret), 'first administrator')], writer);
}

function adminToken(hash: string, name: string): Command {
  return { kind: 'create-token', token: randomUUID(), name, role: 'admin', hash, expiresAt: null };
}

function submit(commands: readonly Command[], writer: Writer): Promise<void> {
  return submitAsOperator((changeSet) => writer.submit(changeSet), commands);
}
