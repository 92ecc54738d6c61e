import { randomUUID } from 'node:crypto';
import type { Writer } from '../commands/change-set.js';
import { hashSecret } from '../http/authentication.js';
import type { ReadModel } from '../queries/read-model.js';
import { submitAsOperator } from './operator.js';

/** Sees to it that `secret` is an administrator's token. */
export async function ensureAdminToken(secret: string, model: ReadModel, writer: Writer): Promise<void> {
  const hash = hashSecret(secret);
  const token = model.tokens.tokenByHash(hash);
  if (token?.role === 'admin' && token.expiresAt === null) return;
  await createAdminToken(hash, 'PALIMPSEST_ADMIN_TOKEN', writer);
}

export async function createAdminToken(hash: string, name: string, writer: Writer): Promise<void> {
  await submitAsOperator(
    (changeSet) => writer.submit(changeSet),
    [{ kind: 'create-token', token: randomUUID(), name, role: 'admin', hash, expiresAt: null }],
  );
}
