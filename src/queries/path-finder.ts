import type { Database } from '../events/database.js';

/** Pages that once had a name somewhere, newest first, of which each may be the one that a path means. */
const mostFormer = 20;
/** Pages that are looked at for one old path. */
const mostTried = 200;

/** Finds pages by their path (`/docs/guides`), name by name from the top: one indexed look-up for each. */
export function pathFinder(db: Database) {
  const named = 'SELECT id FROM places WHERE parent IS ? AND slug = ? AND from_position <= ?';
  const there = db
    .prepare<[string | null, string, number, number], string>(
      `${named} AND (to_position IS NULL OR to_position > ?) ORDER BY from_position DESC LIMIT 1`,
    )
    .pluck();
  const before = db
    .prepare<[string | null, string, number, number], string>(
      `${named} AND to_position <= ? ORDER BY from_position DESC LIMIT ${mostFormer}`,
    )
    .pluck();

  return {
    /** The page that is at a path as of a position. */
    at(path: string, at: number): string | undefined {
      let id: string | null | undefined = null;
      for (const name of namesIn(path)) {
        id = there.get(id, name, at, at);
        if (id === undefined) return undefined;
      }
      return id ?? undefined;
    },

    /**
     * Pages that the path may have led to before that, the likeliest first: at each name whoever has it, then whoever had
     * it, the last one first. Wherever they are by now, deleted ones included; some may come twice.
     */
    *formerly(path: string, at: number): Generator<string> {
      const names = namesIn(path);
      let tried = 0;
      const follow = function* (parent: string | null, index: number): Generator<string> {
        const name = names[index];
        if (name === undefined) return;
        const now = there.get(parent, name, at, at);
        for (const id of [...(now === undefined ? [] : [now]), ...before.all(parent, name, at, at)]) {
          if (tried++ >= mostTried) return;
          if (index + 1 === names.length) yield id;
          else yield* follow(id, index + 1);
        }
      };
      yield* follow(null, 0);
    },
  };
}

function namesIn(path: string): readonly string[] {
  return path.split('/').slice(1);
}
