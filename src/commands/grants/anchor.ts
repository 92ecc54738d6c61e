import { Refusal } from '../../refusal.js';
import { requireEverywhere, requirePermission } from '../../access/access.js';
import { placeOf, seenPage, type Situation } from '../decision.js';

type Seeing = Pick<Situation, 'pages' | 'access'>;

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
export function requireAdministers(anchor: string | null, situation: Seeing): void {
  const { access, pages } = situation;
  const page = anchor === null ? undefined : pages.page(anchor);
  if (page) requirePermission(access, 'administer', placeOf(page, situation));
  else requireEverywhere(access, 'administer');
}

/** The same as an answer, for what is not there for those to whom it is not so. */
export function administers(anchor: string | null, situation: Seeing): boolean {
  const { access, pages } = situation;
  const page = anchor === null ? undefined : pages.page(anchor);
  return page ? access.may('administer', placeOf(page, situation)) : access.mayEverywhere('administer');
}
