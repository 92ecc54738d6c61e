import type { Database } from '../log/database.js';

/** Pages that once had a name somewhere, newest first, of which each may be the one that a path means. */
const mostFormer = 20;
/** Pages that are looked at for one old path. */
const triedLimit = 200;

/** Finds pages by their path (`/docs/guides`), name by name from the top: one indexed look-up for each. */
export function pathFinder(db: Database) {
  const named = 'FROM places WHERE parent IS ? AND slug = ? AND from_position <= ?';
  const there = db
    .prepare<[string | null, string, number, number], string>(
      `SELECT id ${named} AND (to_position IS NULL OR to_position > ?) ORDER BY from_position DESC LIMIT 1`,
    )
    .pluck();
  const before = db.prepare<[string | null, string, number, number], Former>(
    `SELECT id, to_position AS end ${named} AND to_position <= ? ORDER BY from_position DESC LIMIT ${mostFormer}`,
  );

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
     * it, the last one first. Wherever they are by now, deleted ones included; some may come twice. `until`: the last
     * position at which it can have been so.
     */
    *formerly(path: string, at: number): Generator<{ readonly id: string; readonly until: number }> {
      const names = namesIn(path);
      let tried = 0;
      const follow = function* (
        parent: string | null,
        index: number,
        until: number,
      ): Generator<{ readonly id: string; readonly until: number }> {
        const name = names[index];
        if (name === undefined) return;
        const now = there.get(parent, name, at, at);
        const here = now === undefined ? [] : [{ id: now, end: at + 1 }];
        for (const { id, end } of [...here, ...before.all(parent, name, at, at)]) {
          if (tried++ >= triedLimit) return;
          const last = Math.min(until, end - 1);
          if (index + 1 === names.length) yield { id, until: last };
          else yield* follow(id, index + 1, last);
        }
      };
      yield* follow(null, 0, at);
    },
  };
}

interface Former {
  readonly id: string;
  readonly end: number;
}

function namesIn(path: string): readonly string[] {
  return path.split('/').slice(1);
}
