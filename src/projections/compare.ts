import type { Database } from '../events/database.js';
import type { Projection, Table } from './projection.js';

/** A row that is not what the log says. `key` names it by its key columns; null stands for a row that is absent. */
export interface Difference {
  readonly projection: string;
  readonly table: string;
  readonly key: Readonly<Record<string, unknown>>;
  readonly live: Readonly<Record<string, unknown>> | null;
  readonly replayed: Readonly<Record<string, unknown>> | null;
}

type Row = Readonly<Record<string, unknown>>;

const mostPerTable = 10;

/** Compares the live tables of a projection with replayed ones, row by row in key order; at most 10 differences a table. */
export function compareTables(live: Database, replayed: Database, projection: Projection): readonly Difference[] {
  return projection.tables.flatMap((table) => {
    const found: Difference[] = [];
    for (const [a, b] of sideBySide(live, replayed, table)) {
      const row = a ?? b ?? {};
      const key = Object.fromEntries(table.key.map((column) => [column, row[column]]));
      found.push({ projection: projection.name, table: table.name, key, live: a, replayed: b });
      if (found.length === mostPerTable) break;
    }
    return found;
  });
}

/** Pairs of rows that are not equal, in key order. */
function* sideBySide(live: Database, replayed: Database, table: Table): Generator<[Row | null, Row | null]> {
  const sql = `SELECT * FROM ${table.name} ORDER BY ${table.key.join(', ')}`;
  const left = live.prepare<[], Row>(sql).iterate();
  const right = replayed.prepare<[], Row>(sql).iterate();
  try {
    let a = next(left);
    let b = next(right);
    while (a ?? b) {
      const order = a && b ? compareKeys(a, b, table.key) : a ? -1 : 1;
      if (order < 0) yield [a, null];
      else if (order > 0) yield [null, b];
      else if (!sameRow(a, b)) yield [a, b];
      if (order <= 0) a = next(left);
      if (order >= 0) b = next(right);
    }
  } finally {
    left.return?.();
    right.return?.();
  }
}

function next(rows: Iterator<Row>): Row | null {
  const step = rows.next();
  return step.done ? null : step.value;
}

function sameRow(a: Row | null, b: Row | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** As SQLite's BINARY collation orders them: text by its UTF-8 bytes. */
function compareKeys(a: Row, b: Row, key: readonly string[]): number {
  for (const column of key) {
    const [x, y] = [a[column], b[column]];
    if (x === y) continue;
    if (typeof x === 'number' && typeof y === 'number') return x - y;
    return Buffer.compare(Buffer.from(String(x)), Buffer.from(String(y)));
  }
  return 0;
}
