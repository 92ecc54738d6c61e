import { randomUUID } from 'node:crypto';
import { everywhere } from '../access/rights.js';
import type { ChangeSet, Outcome } from '../commands/change-set.js';
import type { Command } from '../commands/index.js';
import { refuse } from '../refusal.js';

/** What the operator does by hand, as one change set. @throws Refusal */
export async function submitAsOperator(
  submit: (changeSet: ChangeSet) => Promise<Outcome>,
  commands: readonly Command[],
): Promise<void> {
  const outcome = await submit({
    id: randomUUID(),
    at: new Date().toISOString(),
    by: { kind: 'system', id: 'operator', name: 'operator' },
    rights: everywhere('admin'),
    comment: null,
    source: null,
    commands,
    idempotency: null,
    dryRun: false,
  });
  if (outcome.kind === 'refused') refuse(outcome.refusal);
  if (outcome.kind === 'failed') throw new Error('the change set failed', { cause: outcome.cause });
}
