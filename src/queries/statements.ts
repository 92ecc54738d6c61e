import type { Database, Statement } from '../log/database.js';

/** Prepares statements that are put together of pieces, each text once: there are as few of them as of pieces. */
export function statements(db: Database) {
  const known = new Map<string, Statement>();
  return <Bound extends unknown[], Row>(sql: string): Statement<Bound, Row> => {
    const statement = known.get(sql) ?? db.prepare(sql);
    known.set(sql, statement);
    return statement as Statement<Bound, Row>;
  };
}
