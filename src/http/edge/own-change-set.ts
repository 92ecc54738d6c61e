import { everywhere } from '../../access/rights.js';
import type { ChangeSet } from '../../commands/change-set.js';
import type { Command } from '../../commands/index.js';
import type { Actor } from '../../events/event.js';
import { timeOrderedId } from './time-ordered-id.js';

/** What the server itself has to have written, whatever `by` may do. */
export function ownChangeSet(by: Actor, commands: readonly Command[]): ChangeSet {
  const now = new Date();
  return {
    id: timeOrderedId(now.getTime()),
    at: now.toISOString(),
    by,
    rights: everywhere('admin'),
    commands,
    comment: null,
    source: null,
    idempotency: null,
    dryRun: false,
  };
}
