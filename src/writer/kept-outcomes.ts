import type { Database } from '../log/database.js';
import { contentAtFinder } from '../log/checked-content.js';
import { requireContent } from '../log/erased.js';
import type { ReadContent } from '../projections/content.js';
import { AnswerRoom } from './answer-room.js';
import { BatchWeight } from './batch-weight.js';
import type { ChangeSet, Outcome } from '../commands/change-set.js';
import type { Result } from '../commands/result.js';

type Accepted = Extract<Outcome, { kind: 'accepted' }>;

/**
 * The ledger: what a client was told about a write that it named by a key, kept for ever and per token, so that
 * repeating a request is safe. Content is not kept twice: it is read from the log again; null stands
 * where none was shown.
 * @param newest schema version that clients may use
 */
export function keptOutcomes(db: Database, readContent: ReadContent, newest: number) {
  const find = db.prepare<[string, string], { digest: string; outcome: string | null }>(
    'SELECT lower(hex(digest)) AS digest, outcome FROM ledger WHERE token = ? AND key = ?',
  );
  const add = db.prepare('INSERT INTO ledger (token, key, digest, outcome) VALUES (?, ?, ?, ?)');
  const contentAt = contentAtFinder(db);

  const withContent = (result: Result, room: AnswerRoom | undefined): Result => {
    if (result.kind !== 'page' || result.page.content === null) return result;
    const { page } = result;
    const { contentPosition } = page.view;
    const stored = contentAt(contentPosition);
    if (stored === undefined) {
      throw new Error(`the event ${contentPosition} of a kept outcome is gone: run \`palimpsest verify\``);
    }
    room?.take(stored);
    // A program that was put back finds views that the one that kept this had no need of, and shows what it can.
    const view = { ...page.view, mayHaveViews: true };
    const schemaVersion = Math.min(page.schemaVersion, newest);
    return {
      ...result,
      page: { ...page, schemaVersion, content: readContent(view, stored, schemaVersion) },
    };
  };

  return {
    /**
     * The first outcome under this key, or a refusal if that was another request; undefined if the key is new.
     * @throws Refusal `purged` when what was answered was erased, `too-much-work` when an earlier release has taken a
     * batch that can't be answered, `too-many-requests` where no room was kept for it
     */
    find({ idempotency, dryRun, limits, roomBytes }: ChangeSet): Outcome | undefined {
      if (!idempotency || dryRun) return undefined;
      const entry = find.get(idempotency.token, idempotency.key);
      if (!entry) return undefined;
      const first = JSON.parse(requireContent(entry.outcome)) as Accepted;
      if (entry.digest === idempotency.digest) {
        const weight = limits && new BatchWeight(limits);
        const room = roomBytes === undefined ? undefined : new AnswerRoom(roomBytes);
        const results = first.results.map((result) => {
          const shown = withContent(result, room);
          if (shown.kind === 'page') weight?.show(shown.page.view, shown.page.content, shown.overwritten);
          return shown;
        });
        return { ...first, repeated: true, results };
      }
      return {
        kind: 'refused',
        position: first.position,
        index: 0,
        refusal: {
          code: 'idempotency-key-reused',
          message: 'this Idempotency-Key was used for another request: choose a new one',
          details: {},
        },
      };
    },

    keep({ idempotency }: ChangeSet, outcome: Accepted): void {
      if (!idempotency) return;
      const results = outcome.results.map((result) =>
        result.kind === 'page' && result.page.content !== null
          ? { ...result, page: { ...result.page, content: undefined } }
          : result,
      );
      add.run(
        idempotency.token,
        idempotency.key,
        Buffer.from(idempotency.digest, 'hex'),
        JSON.stringify({ ...outcome, results }),
      );
    },
  };
}
