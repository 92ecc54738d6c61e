import { accessOf, type Access } from '../../access/access.js';
import type { Held } from '../../access/rights.js';
import type { Grantee } from '../../events/grantee.js';
import type { Database } from '../../log/database.js';
import { eventReader } from '../../log/read-log.js';
import { granteeKey } from '../../projections/grants.js';
import { personId } from '../../projections/person-id.js';

/** What somebody could see, as of a position, and where that changed because something was given or taken back. */
export interface AccessThen {
  readonly at: (position: number) => Access;
  /** In order, each position once. `anchor`: from where downwards; null: in the whole site, or from several pages. */
  readonly changes: readonly { readonly position: number; readonly anchor: string | null }[];
}

/** Positions, `to` exclusive; null: still so. */
interface Span {
  readonly from: number;
  readonly to: number | null;
}

interface SpanRow extends Held, Span {
  readonly principal: string;
}

/** Times that an issuer has said something new of one person; more are not looked at. */
const seenLimit = 10_000;

/** Those who have always seen the whole site in one way are told what happened before they came, too. */
export function accessThenFinder(db: Database): (access: Access) => AccessThen {
  const spansOf = db.prepare<[string], SpanRow>(
    `SELECT principal, role, anchor, from_position AS "from", to_position AS "to" FROM grants
     WHERE principal IN (SELECT value FROM json_each(?)) ORDER BY number`,
  );
  return (access) => {
    if (access.isConstant) return { at: () => access, changes: [] };
    const { grantees = [], visitor: _asksForNobody, ...rights } = access.rights;
    const memberships = membershipsOf(db, grantees);
    const spans = spansOf
      .all(JSON.stringify([...memberships.keys()]))
      .flatMap((grant) => (memberships.get(grant.principal) ?? []).flatMap((span) => during(grant, span)));
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
      changes: changesOf(spans),
    };
  };
}

/** When somebody came as which principals: a person is in groups as long as their issuer says so. */
function membershipsOf(db: Database, grantees: readonly Grantee[]): ReadonlyMap<string, readonly Span[]> {
  const always: readonly Span[] = [{ from: 0, to: null }];
  const person = grantees.find((one) => one.kind === 'person');
  if (!person) return new Map(grantees.map((one) => [granteeKey(one), always]));
  const { issuer, subject } = person;
  const seen = eventReader(db, { type: 'PersonSeen', stream: personId(issuer, subject) })(0, seenLimit);
  const spans = new Map<string, Span[]>([[granteeKey(person), [...always]]]);
  const add = (key: string, span: Span): void => {
    spans.set(key, [...(spans.get(key) ?? []), span]);
  };
  for (const [index, event] of seen.entries()) {
    const next = seen[index + 1];
    if (event.type !== 'PersonSeen' || !next) continue;
    for (const group of event.data.groups)
      add(granteeKey({ kind: 'group', issuer, group }), { from: event.position, to: next.position });
  }
  // What they came with now is what counts since they were seen last.
  const from = seen.at(-1)?.position ?? 0;
  for (const one of grantees) if (one.kind === 'group') add(granteeKey(one), { from, to: null });
  return spans;
}

/** A grant as far as it counts for somebody in that span. */
function during(grant: SpanRow, span: Span): readonly SpanRow[] {
  const from = Math.max(grant.from, span.from);
  const to = Math.min(grant.to ?? Infinity, span.to ?? Infinity);
  return from < to ? [{ ...grant, from, to: to === Infinity ? null : to }] : [];
}

function changesOf(spans: readonly SpanRow[]): AccessThen['changes'] {
  const anchors = new Map<number, Set<string | null>>();
  for (const { from, to, anchor } of spans)
    for (const position of to === null ? [from] : [from, to])
      anchors.set(position, (anchors.get(position) ?? new Set()).add(anchor));
  return [...anchors]
    .map(([position, some]) => ({ position, anchor: some.size === 1 ? ([...some][0] ?? null) : null }))
    .sort((one, other) => one.position - other.position);
}
