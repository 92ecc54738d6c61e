import type { Actor, ChangeSetHead, NewEvent, PageEvent, Role } from '../events/event.js';
import type { PageState } from '../events/page.js';
import type { pageFinders, ProjectedPage } from '../projections/pages.js';
import type { schemaFinders } from '../projections/schema.js';
import type { tokenFinders } from '../projections/tokens.js';
import type { SentVersion } from '../projections/stored-versions.js';
import { Refusal } from '../refusal.js';
import type { RefusalFacts } from '../refusal.js';
import { changedPointers } from '../schema/diff.js';
import type { BrokenBlock } from '../schema/conversion.js';
import type { JsonObject } from '../schema/json.js';
import type { Ladder } from '../schema/ladder.js';
import type { Overwritten } from '../schema/saved.js';
import { viewAt, type StoredVersion } from '../schema/views.js';
import { requirePermission, type Permission } from './permissions.js';

/** What a rule may look at: the state at the moment of the decision, inside the write transaction. */
export interface Situation {
  readonly role: Role;
  /** Who asks, and when. */
  readonly changeSet: Pick<ChangeSetHead, 'at' | 'by'>;
  readonly pages: ReturnType<typeof pageFinders>;
  readonly tokens: ReturnType<typeof tokenFinders>;
  readonly version: (page: string, version: number) => SentVersion | undefined;
  /** A content version that there is, with all its views. */
  readonly stored: (page: ProjectedPage, version: number) => StoredVersion;
  readonly ladder: Ladder;
  readonly schema: ReturnType<typeof schemaFinders>;
}

/** A rule: what happens if somebody asks for this now. No clock, no I/O, no state of its own. */
export type Rule<C> = (command: C, situation: Situation) => readonly NewEvent[] | Decision;

/** Events, and what their author should hear of. */
export interface Decision {
  readonly events: readonly NewEvent[];
  readonly overwritten: readonly Overwritten[];
  /** Blocks that can't be seen at some schema version: for the operator, it is no fault of the author's. */
  readonly broken: readonly BrokenBlock[];
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

/** @throws Refusal `not-found`, `forbidden` */
export function requirePage(
  id: string,
  permission: Permission,
  { pages, role }: Pick<Situation, 'pages' | 'role'>,
): ProjectedPage {
  const page = pages.page(id);
  if (!page) {
    requirePermission(role, permission);
    throw new Refusal('not-found', `there is no page ${id}`);
  }
  requirePermission(role, permission, page);
  return page;
}

/**
 * @param schemaVersion the client's, where it said one
 * @throws Refusal `version-conflict`, which tells what changed since, by pointer (at most 100)
 */
export function requireVersion(
  page: ProjectedPage,
  wanted: ExpectedVersion,
  situation: Situation,
  schemaVersion = situation.ladder.current,
): void {
  const any = typeof wanted === 'number' ? [wanted] : wanted;
  if (any === null || any.includes(page.contentVersion)) return;
  const expected = any.reduce((newest, one) => Math.max(newest, one), 0);
  const { version, stored, ladder, changeSet } = situation;
  const see = (version: number): JsonObject => viewAt(ladder, stored(page, version), schemaVersion);
  const current = version(page.id, page.contentVersion);
  if (!current) throw new Error(`page ${page.id} misses its version ${page.contentVersion}`);
  const by = current.by === null ? changeSet.by : (JSON.parse(current.by) as Actor);
  throw new Refusal(
    'version-conflict',
    `the page is at content version ${page.contentVersion}, not ${expected}: read it again and apply your change on top`,
    {
      expected,
      current: { contentVersion: page.contentVersion, by, at: current.at ?? changeSet.at },
      changed: version(page.id, expected)
        ? changedPointers(see(expected), see(page.contentVersion), 100)
        : [],
    },
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
export function onPage(page: PageState, event: PageEvent): NewEvent {
  return { stream: page.id, expectedVersion: page.streamVersion, ...event };
}
