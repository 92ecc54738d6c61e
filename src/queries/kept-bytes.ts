import type { Database } from '../log/database.js';

/** Finds how many bytes of documents a client gets that repeats a write under its key; 0 where the key is new. */
export function keptBytesFinder(db: Database): (token: string, key: string) => number {
  const statement = db
    .prepare<[string, string], number>(
      `SELECT coalesce(sum(octet_length(events.content)), 0)
       FROM ledger JOIN json_each(ledger.outcome, '$.results') AS result
       JOIN events ON events.position = result.value ->> '$.page.view.contentPosition'
       WHERE ledger.token = ? AND ledger.key = ?`,
    )
    .pluck();
  return (token, key) => statement.get(token, key) ?? 0;
}
