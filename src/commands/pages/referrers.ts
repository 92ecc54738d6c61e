import type { Referrer } from '../../projections/referrers.js';
import type { ProjectedPage } from '../../projections/page-states.js';
import { placeOf, type Situation } from '../decision.js';
import { stepsLimit } from './bounded-work.js';
import { mostTold, type ToldReferrers } from '../told-referrers.js';

/**
 * Steps (`schema/steps.ts`) in the time of which a page beneath is looked up, a reference is followed that may lead to one, and the
 * page that refers is.
 */
const [stepsOfPage, stepsOfReference, stepsOfReferrer] = [150, 300, 300];
/** So many cost more than any write may take. */
const [mostPages, mostReferences] = [stepsOfPage, stepsOfReference].map(
  (steps) => Math.floor(stepsLimit / steps) + 1,
) as [number, number];

const wayOut =
  'delete what is beneath it first, part by part; or say force=true, which does not look at who refers to it';

/**
 * What of the pages that are there refers to one, or to what goes with it, from outside; undefined: nothing.
 * @throws Refusal `too-much-work`
 */
export function referrersOf(page: ProjectedPage, situation: Situation): ToldReferrers | undefined {
  const { references, work } = situation;
  if (!references.hasAny()) return undefined;
  work.spend(stepsOfPage * references.pagesWith(page.id, mostPages), wayOut);
  const { referrers, looked } = references.referrersFromOutside(page.id, mostReferences);
  work.spend(stepsOfReference * looked + stepsOfReferrer * referrers.length, wayOut);
  return told(distinct(referrers), situation);
}

/** A page may refer to several that go together. */
function distinct(found: readonly Referrer[]): readonly Referrer[] {
  const byId = new Map<string, Referrer>();
  for (const one of found) {
    const known = byId.get(one.id);
    byId.set(one.id, {
      id: one.id,
      inLatest: one.inLatest || known?.inLatest === true,
      inPublished: one.inPublished || known?.inPublished === true,
    });
  }
  return [...byId.values()];
}

function told(found: readonly Referrer[], situation: Situation): ToldReferrers | undefined {
  const { pages, access } = situation;
  const referrers: { readonly page: string; readonly path?: string }[] = [];
  let count = 0;
  let isAnyUnseen = false;
  for (const { id, inPublished } of found) {
    const page = pages.page(id);
    if (!page || page.deletedRoot !== null) continue;
    const sight = access.sightOf(placeOf(page, situation));
    if (sight === 'nothing' || (sight === 'published' && !inPublished)) {
      isAnyUnseen = true;
      continue;
    }
    count++;
    if (count > mostTold) continue;
    const path = pathOf(page, sight, situation);
    referrers.push({ page: id, ...(path !== undefined && { path }) });
  }
  if (count === 0 && !isAnyUnseen) return undefined;
  return { referrers, count, ...(isAnyUnseen && { unseen: true }) };
}

/** Undefined for a page that hangs nowhere; to readers also for one beneath a page that is not published. */
function pathOf(
  { place }: ProjectedPage,
  sight: 'published' | 'all',
  { pages }: Pick<Situation, 'pages'>,
): string | undefined {
  if (!place) return undefined;
  const { path, isPublished } = pages.ancestry(place.parent);
  return sight === 'all' || isPublished ? `${path}/${place.slug}` : undefined;
}
