import type { ChangeSet } from '../../commands/change-set.js';
import { answerKindOf, type PageCommand } from '../../commands/index.js';
import { documentLimitBytes } from '../../events/limits.js';
import type { ReadModel } from '../../queries/read-model.js';

/**
 * Bytes of the documents that a change set will be answered with, as far as that can be known before it is decided: a patch
 * of twenty bytes is answered with all of the page. Others may still make the page larger, so the writer looks again.
 * @param keptBytes what a repetition under a key is answered with
 */
export function answerBytes(
  { commands, idempotency, isWithoutContent }: ChangeSet,
  model: ReadModel,
  keptBytes: (token: string, key: string) => number,
): number {
  if (isWithoutContent) return 0;
  model.beginTurn();
  const kept = idempotency ? keptBytes(idempotency.token, idempotency.key) : 0;
  /** Of pages that commands before have written. */
  const written = new Map<string, number>();
  let shown = 0;
  for (const command of commands) {
    if (!('page' in command)) continue;
    const bytes = bytesAfter(command, written.get(command.page), model);
    written.set(command.page, bytes);
    if (answerKindOf(command) === 'page') shown += bytes;
  }
  return Math.max(kept, shown);
}

/** Of the page's latest version then. @param before the same, where the log doesn't say it yet */
function bytesAfter(command: PageCommand, before: number | undefined, model: ReadModel): number {
  const latest = (): number => before ?? model.pages.bytesOfLatest(command.page);
  switch (command.kind) {
    case 'create-page':
      return Buffer.byteLength(command.document.text);
    case 'restore-page':
      return model.pages.bytesOfVersion(command.page, command.version, model.position()) ?? latest();
    case 'save-page': {
      const sent = Buffer.byteLength(command.document.text);
      if (command.form === 'document') return sent;
      const copies = command.form === 'json-patch' ? command.document.text.split('"copy"').length - 1 : 0;
      // Each copy makes it twice as large at most.
      return Math.min(documentLimitBytes, (sent + latest()) * 2 ** copies);
    }
    default:
      return latest();
  }
}
