import { accessOf, type Access } from '../../access/access.js';
import type { Held } from '../../access/rights.js';
import type { Database } from '../../log/database.js';
import { granteeKey } from '../../projections/grants.js';

/** What somebody could see, as of a position, and where that changed because something was given or taken back. */
export interface AccessThen {
  readonly at: (position: number) => Access;
  /** After a position, in order. `anchor`: from where downwards; null: in the whole site. */
  readonly changes: readonly { readonly position: number; readonly anchor: string | null }[];
}

interface SpanRow extends Held {
  readonly from: number;
  readonly to: number | null;
}

/** Those who have always seen the whole site in one way are told what happened before they came, too. */
export function accessThenFinder(db: Database): (access: Access) => AccessThen {
  const spansOf = db.prepare<[string], SpanRow>(
    `SELECT role, anchor, from_position AS "from", to_position AS "to" FROM grants
     WHERE principal IN (SELECT value FROM json_each(?)) ORDER BY number`,
  );
  return (access) => {
    if (access.isConstant) return { at: () => access, changes: [] };
    const { grantees = [], visitor: _asksForNobody, ...rights } = access.rights;
    const spans = spansOf.all(JSON.stringify(grantees.map(granteeKey)));
    const known = new Map<string, Access>();
    return {
      at: (position) => {
        const held = spans
          .filter(({ from, to }) => from <= position && (to === null || to > position))
          .map(({ role, anchor }) => ({ role, anchor }));
        const key = JSON.stringify(held);
        const then = known.get(key) ?? accessOf({ ...rights, held });
        known.set(key, then);
        return then;
      },
      changes: spans
        .flatMap(({ from, to, anchor }) =>
          [from, ...(to === null ? [] : [to])].map((position) => ({ position, anchor })),
        )
        .sort((one, other) => one.position - other.position),
    };
  };
}
