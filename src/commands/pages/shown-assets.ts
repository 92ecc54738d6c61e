import { assetType } from '../../schema/asset-content.js';
import { earlierVersions } from '../../projections/stored-versions.js';
import { isLink } from '../../schema/references.js';
import { viewAt } from '../../schema/views.js';
import { placeOf, type OpenPage, type Situation } from '../decision.js';

/** Steps (`schema/steps.ts`) in the time of which a link is followed. */
const stepsOfLink = 200;

/**
 * The assets to which the links in a version of a page lead, as far as whoever publishes it sees all of them: readers have their files
 * with the page, and nobody can publish a way to what they don't see themselves. Ids, in their order.
 * @throws Refusal `too-much-work`
 */
export function shownAssets(page: OpenPage, version: number, situation: Situation): readonly string[] {
  const { references, pages, access, work } = situation;
  const links = linksIn(page, version, situation);
  work.spend(stepsOfLink * links.length, 'publish a version with fewer links in its Markdown');
  const parent = page.place?.parent ?? null;
  const found = new Set<string>();
  for (const link of links) {
    const id = references.linked(parent, link);
    const target = id !== undefined && !found.has(id) ? pages.page(id) : undefined;
    if (target?.type !== assetType) continue;
    if (access.sightOf(placeOf(target, situation)) === 'all') found.add(target.id);
  }
  return [...found].sort();
}

function linksIn(
  page: OpenPage,
  version: number,
  { references, ladder, stored }: Situation,
): readonly string[] {
  if (version === page.contentVersion) return references.linksInLatest(page.number);
  const { finalized } = ladder;
  const finder = ladder.referencesOf(finalized, page.type);
  if (!finder) return [];
  const found = earlierVersions((one) => stored(page, one))(version);
  if (!found) return [];
  return [...finder.targetsIn(viewAt(ladder, found, finalized))].filter(isLink);
}
