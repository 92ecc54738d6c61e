import { Refusal } from '../../refusal.js';
import { requireEverywhere, requirePermission, type Visible } from '../../access/access.js';
import { placeOf, seenPage, type Situation } from '../decision.js';

type Seeing = Pick<Situation, 'pages' | 'access' | 'references'>;

type Found = { readonly id: string | null } | undefined;

/**
 * The page at a path (`/docs/guides`), if it is there for whoever asks; null for the whole site, which has no path.
 * @throws Refusal `not-found`
 */
export function anchorAt(path: string | null, situation: Seeing): string | null {
  if (path === null) return null;
  const { pages } = situation;
  const page = path
    .split('/')
    .slice(1)
    .reduce<Found>((above, name) => above && pages.childAt(above.id, name), { id: null });
  if (!page?.id || !seenPage(page.id, situation))
    throw new Refusal('not-found', `there is no page at ${path}`);
  return page.id;
}

/**
 * Whether it is for whoever asks to say who may do what from there downwards: nobody gives away what they don't hold.
 * @throws Refusal `forbidden`
 */
export function requireAnchor(
  anchor: string | null,
  { needed, ...situation }: Seeing & Pick<Situation, 'needed'>,
): void {
  const place = placeOfAnchor(anchor, situation);
  if (place) requirePermission(situation.access, needed, place);
  else requireEverywhere(situation.access, needed);
}

/** Whether somebody administers it, as an answer: for what is not there for those who don't. */
export function administers(anchor: string | null, situation: Seeing): boolean {
  const place = placeOfAnchor(anchor, situation);
  return place ? situation.access.may('administer', place) : situation.access.mayEverywhere('administer');
}

function placeOfAnchor(anchor: string | null, situation: Seeing): Visible | undefined {
  const page = anchor === null ? undefined : situation.pages.page(anchor);
  return page && placeOf(page, situation);
}
