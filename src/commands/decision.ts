import type { Actor, ChangeSetHead, NewEvent, PageEvent } from '../events/event.js';
import type { PageState } from '../events/page.js';
import type { findersOf } from '../projections/index.js';
import type { ProjectedPage } from '../projections/page-states.js';
import { Refusal } from '../refusal.js';
import type { RefusalFacts } from '../refusal.js';
import type { BrokenBlock } from '../schema/conversion.js';
import { assetType } from '../schema/asset-content.js';
import type { Ladder } from '../schema/ladder.js';
import type { Overwritten } from '../schema/merge/saved.js';
import {
  requirePermission,
  withBeneath,
  type Access,
  type Permission,
  type Visible,
} from '../access/access.js';
import type { StoredVersion } from '../schema/views.js';
import type { AccessChange } from './changed-access.js';
import type { WorkBudget } from './pages/bounded-work.js';
import type { ToldReferrers } from './told-referrers.js';

/** What a rule may look at: the state at the moment of the decision, inside the write transaction. */
export interface Situation extends Findings {
  /** What whoever asks may do. */
  readonly access: Access;
  /** What the command needs (`index.ts`): with which page, its rule says. */
  readonly needed: Permission;
  /** The author and the time; and whether nothing is to be appended. */
  readonly changeSet: Pick<ChangeSetHead, 'at' | 'by'> & { readonly dryRun?: boolean };
  readonly ladder: Ladder;
  /** What deciding may take. */
  readonly work: WorkBudget;
}

/** What the projections say. */
type Findings = Readonly<Omit<ReturnType<typeof findersOf>, 'stored'>> & {
  /** A content version that there is, with all its views. */
  readonly stored: (page: ProjectedPage, version: number) => StoredVersion;
};

/** A rule: what happens if somebody asks for this now. No clock, no I/O, no state of its own. */
export type Rule<C> = (command: C, situation: Situation) => readonly NewEvent[] | Decision;

/** Events, and what their author should hear of. */
export interface Decision {
  readonly events: readonly NewEvent[];
  readonly overwritten: readonly Overwritten[];
  /** Blocks that can't be seen at some schema version: for the operator, it is no fault of the author's. */
  readonly broken: readonly BrokenBlock[];
  /** What a move makes of who may do what. */
  readonly access?: AccessChange;
  /** What refers to a page that a dry run would delete. */
  readonly referrers?: ToldReferrers;
  /** What a save makes of the page. */
  readonly version?: StoredVersion;
}

/** A document from outside: JSON text, and what is wrong with it although it parses, to be said in its turn. */
export interface SentDocument {
  readonly text: string;
  readonly refusal: RefusalFacts | null;
}

/** The content version the client saw, or some of which any will do. Null: whatever is there, for imports. */
export type ExpectedVersion = number | readonly number[] | null;

/** What builds on nothing that its author saw, and still may say what that was. */
export interface MayExpect {
  readonly expected?: NonNullable<ExpectedVersion>;
}

declare const asked: unique symbol;

/** A page of which it was asked whether its author may change it: events are made of no other (`onPage`). */
export type OpenPage = ProjectedPage & { readonly [asked]: true };

type Seeing = Pick<Situation, 'pages' | 'access' | 'references'>;

type Asking = Seeing & Pick<Situation, 'needed'>;

/** A page with which the command may be done. @throws Refusal `not-found`, for what isn't there for whoever asks, too; `forbidden` */
export function requirePage(id: string, situation: Asking): OpenPage {
  const { pages, access, needed } = situation;
  const page = pages.page(id);
  const here = page && placeOf(page, situation);
  if (!here || access.sightOf(here) === 'nothing') throw new Refusal('not-found', `there is no page ${id}`);
  requirePermission(access, needed, here);
  return page as OpenPage;
}

/** The same for a page with all that hangs beneath it. @throws Refusal `not-found`, `forbidden` */
export function requireSubtree(id: string, situation: Asking): OpenPage {
  const page = requirePage(id, situation);
  const { access, pages, needed } = situation;
  requirePermission(access, needed, withBeneath(placeOf(page, situation), pages.subtree(id)));
  return page;
}

/** The page, if it is there for whoever asks. */
export function seenPage(id: string, situation: Seeing): ProjectedPage | undefined {
  const page = situation.pages.page(id);
  return page && situation.access.sightOf(placeOf(page, situation)) !== 'nothing' ? page : undefined;
}

/** What of a page decides who sees it and may do what with it. Where nothing depends on its place, that is not looked up. */
export function placeOf(page: ProjectedPage, { pages, access, references }: Seeing): Visible {
  const { id, deletedRoot } = page;
  // An asset is shown where published pages refer to it.
  const publishedVersion =
    page.type === assetType && references.isShown(id) ? page.contentVersion : page.publishedVersion;
  if (access.isWhole && !access.isReader)
    return { id, publishedVersion, deletedRoot, above: [], isProtected: page.isProtected };
  const { ids: above, isProtected } = pages.ancestry(page.place?.parent ?? null);
  return { id, publishedVersion, deletedRoot, above, isProtected: page.isProtected || isProtected };
}

/**
 * Readers see the newest version of an asset: where they do, a new one takes the permission to publish.
 * @throws Refusal `forbidden`
 */
export function requireMayRenew(page: OpenPage, situation: Seeing): void {
  if (page.type !== assetType) return;
  const place = placeOf(page, situation);
  if (place.publishedVersion !== null) requirePermission(situation.access, 'publish', place);
}

/** @throws Refusal `id-taken` by anything that has a stream, whether or not whoever asks may see it */
export function requireNewId(
  id: string,
  { pages, tokens, grants, people }: Pick<Situation, 'pages' | 'tokens' | 'grants' | 'people'>,
): void {
  const isTaken = pages.page(id) ?? tokens.token(id) ?? people.person(id) ?? grants.hasGrant(id);
  if (isTaken) throw new Refusal('id-taken', `the id ${id} is taken: choose another`, { id });
}

/** What a `version-conflict` says. Whoever tells of it adds what has changed (`http/routing/changed-since.ts`). */
export interface VersionConflict {
  readonly expected: number;
  readonly current: { readonly contentVersion: number; readonly by: Actor; readonly at: string };
}

/** @throws Refusal `version-conflict` {@link VersionConflict} */
export function requireVersion(
  page: ProjectedPage,
  wanted: ExpectedVersion | undefined,
  { author, changeSet }: Situation,
): void {
  const any = typeof wanted === 'number' ? [wanted] : wanted;
  if (any === null || any === undefined || any.includes(page.contentVersion)) return;
  const expected = any.reduce((newest, one) => Math.max(newest, one), 0);
  const { contentVersion } = page;
  const current = author(page.id, contentVersion);
  if (!current) throw new Error(`page ${page.id} misses its version ${contentVersion}`);
  const by = current.by === null ? changeSet.by : (JSON.parse(current.by) as Actor);
  const details: VersionConflict = {
    expected,
    current: { contentVersion, by, at: current.at ?? changeSet.at },
  };
  throw new Refusal(
    'version-conflict',
    `the page is at content version ${contentVersion}, not ${expected}: read it again and apply your change on top`,
    { ...details },
  );
}

/** @throws Refusal `page-deleted` */
export function requireNotDeleted(page: PageState): void {
  if (page.deletedRoot !== null) {
    throw new Refusal('page-deleted', `the page ${page.id} is deleted: undelete ${page.deletedRoot} first`, {
      root: page.deletedRoot,
    });
  }
}

/** The event, to be appended where the page's stream stands now. */
export function onPage(page: OpenPage, event: PageEvent): NewEvent {
  return { stream: page.id, expectedVersion: page.streamVersion, ...event };
}
