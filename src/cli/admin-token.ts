import { randomUUID } from 'node:crypto';
import type { ChangeSet, Writer } from '../commands/change-set.js';
import type { Command } from '../commands/index.js';
import { hashSecret } from '../http/authentication.js';
import type { ReadModel } from '../queries/read-model.js';
import { CliError, exitCodes } from './exit-code.js';

/** Sees to it that `secret` is an administrator's token. */
export async function ensureAdminToken(secret: string, model: ReadModel, writer: Writer): Promise<void> {
  const hash = hashSecret(secret);
  const token = model.tokens.tokenByHash(hash);
  if (token?.role === 'admin' && token.expiresAt === null) return;
  await createAdminToken(hash, 'PALIMPSEST_ADMIN_TOKEN', writer);
}

export async function createAdminToken(hash: string, name: string, writer: Writer): Promise<void> {
  await submitAsOperator(writer, [
    { kind: 'create-token', token: randomUUID(), name, role: 'admin', hash, expiresAt: null },
  ]);
}

/** @throws CliError when it is refused */
async function submitAsOperator(writer: Writer, commands: readonly Command[]): Promise<void> {
  const changeSet: ChangeSet = {
    id: randomUUID(),
    at: new Date().toISOString(),
    by: { kind: 'system', id: 'operator', name: 'operator' },
    role: 'admin',
    comment: null,
    source: null,
    commands,
    idempotency: null,
    dryRun: false,
  };
  const outcome = await writer.submit(changeSet);
  if (outcome.kind === 'refused') throw new CliError(exitCodes.badData, outcome.refusal.message);
  if (outcome.kind === 'failed') throw new Error('the change set failed', { cause: outcome.cause });
}
