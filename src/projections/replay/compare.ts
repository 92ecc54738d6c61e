import type { Database } from '../../log/database.js';
import type { Projection, Table } from '../projection.js';

/** A row that is not what the log says. `key` names it by its key columns; null stands for a row that is absent. */
export interface Difference {
  readonly projection: string;
  readonly table: string;
  readonly key: Readonly<Record<string, unknown>>;
  readonly live: Readonly<Record<string, unknown>> | null;
  readonly replayed: Readonly<Record<string, unknown>> | null;
}

type Row = Readonly<Record<string, unknown>>;

const differenceLimit = 10;

/** Compares the live tables of a projection with those in the database attached as `scratch`; at most 10 differences a table. */
export function compareTables(live: Database, projection: Projection): readonly Difference[] {
  return projection.tables.flatMap((table) =>
    differingKeys(live, table).map((key) => ({
      projection: projection.name,
      table: table.name,
      key,
      live: rowAt(live, `main.${table.name}`, key),
      replayed: rowAt(live, `scratch.${table.name}`, key),
    })),
  );
}

/** Keys of rows that only one side has, or that are not the same on both, in key order. */
function differingKeys(live: Database, { name, key }: Table): readonly Row[] {
  const columns = live
    .prepare<[], string>(`SELECT name FROM pragma_table_info('${name}', 'scratch')`)
    .pluck()
    .all();
  const keys = key.map((column) => `a.${column} AS ${column}`).join(', ');
  const sameKey = key.map((column) => `a.${column} = b.${column}`).join(' AND ');
  const differs = columns.map((column) => `a.${column} IS NOT b.${column}`).join(' OR ');
  return live
    .prepare<[number], Row>(
      `SELECT ${keys} FROM main.${name} AS a LEFT JOIN scratch.${name} AS b ON ${sameKey} WHERE ${differs}
       UNION SELECT ${keys} FROM scratch.${name} AS a LEFT JOIN main.${name} AS b ON ${sameKey} WHERE b.${key[0] ?? ''} IS NULL
       ORDER BY ${key.join(', ')} LIMIT ?`,
    )
    .all(differenceLimit);
}

function rowAt(db: Database, table: string, key: Row): Row | null {
  const where = Object.keys(key).map((column) => `${column} = $${column}`);
  return db.prepare<unknown[], Row>(`SELECT * FROM ${table} WHERE ${where.join(' AND ')}`).get(key) ?? null;
}
