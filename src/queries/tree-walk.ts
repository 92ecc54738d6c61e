/** Where the walk goes on: children of `parent` (null: the top level) that come after `rank`, at a level from 1. */
export interface Start {
  readonly parent: string | null;
  readonly rank: string;
  readonly level: number;
}

/**
 * One statement for however many pages: what waits is taken in the order of levels from below, then of ranks, which is the
 * order of a reader (sqlite.org/lang_with.html, "Controlling Depth-First Versus Breadth-First Search").
 */
export function walking(table: 'pages' | 'places', isSeen: string, select: string): string {
  const number = table === 'places' ? 'places.page' : 'pages.number';
  return `WITH RECURSIVE
    starts (parent, rank, level) AS MATERIALIZED (
      SELECT value ->> 'parent', value ->> 'rank', value ->> 'level' FROM json_each($starts)),
    walk (level, rank, id, number) AS (
      SELECT starts.level, ${table}.rank, ${table}.id, ${number} FROM starts
      CROSS JOIN ${table} ON ${table}.parent IS starts.parent AND ${table}.rank > starts.rank
      WHERE starts.level <= $depth AND ${isSeen}
      UNION ALL
      SELECT walk.level + 1, ${table}.rank, ${table}.id, ${number} FROM walk
      CROSS JOIN ${table} ON ${table}.parent = walk.id
      WHERE walk.level < $depth AND ${isSeen}
      ORDER BY 1 DESC, 2 LIMIT $limit)
    SELECT walk.level AS level, ${select} LIMIT $limit`;
}
