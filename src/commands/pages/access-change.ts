import { levelOf } from '../../access/rights.js';
import { granteeKey, type Grant } from '../../projections/grants.js';
import type { ProjectedPage } from '../../projections/page-states.js';
import { administers } from '../grants/anchor.js';
import type { AccessChange, ChangedAccess } from '../changed-access.js';
import type { Situation } from '../decision.js';

type Seeing = Pick<Situation, 'pages' | 'grants' | 'access' | 'references'>;

/** @param parent null: the top level. Undefined where nobody's access changes */
export function accessChange(
  page: ProjectedPage,
  parent: string | null,
  situation: Seeing,
): AccessChange | undefined {
  const { pages } = situation;
  const [before, after] = [pages.ancestry(page.place?.parent ?? null), pages.ancestry(parent)];
  const from = held(before.ids, page.id, situation);
  const to = held(after.ids, page.id, situation);
  const changed = [...new Set([...from.keys(), ...to.keys()])].flatMap((key) => {
    const [was, is] = [from.get(key), to.get(key)];
    const { principal, anchor } = (was ?? is) as Grant;
    if (levelIn(was) === levelIn(is)) return [];
    const isShown = administers(anchor, situation) && administers(is?.anchor ?? anchor, situation);
    const who = isShown ? principal : { kind: principal.kind };
    return [
      { principal: who, from: was?.role ?? null, to: is?.role ?? null, rises: levelIn(is) > levelIn(was) },
    ];
  });
  const isProtected = page.isProtected || after.isProtected;
  const isSame = isProtected === (page.isProtected || before.isProtected);
  if (changed.length === 0 && isSame) return undefined;
  const those = (isGain: boolean): readonly ChangedAccess[] =>
    changed.filter(({ rises }) => rises === isGain).map(({ rises: _isGain, ...one }) => one);
  return { gains: those(true), loses: those(false), protected: isProtected };
}

/** The highest grant of each principal at a page beneath these. */
function held(above: readonly string[], page: string, { grants }: Seeing): ReadonlyMap<string, Grant> {
  const highest = new Map<string, Grant>();
  for (const grant of grants.grantsAt([...above, page], Number.MAX_SAFE_INTEGER)) {
    const key = granteeKey(grant.principal);
    if (levelIn(grant) > levelIn(highest.get(key))) highest.set(key, grant);
  }
  return highest;
}

function levelIn(grant: Grant | undefined): number {
  return grant ? levelOf(grant.role) : 0;
}
