import { everywhere } from '../../src/access/rights.js';
import fc from 'fast-check';
import type { PageCommand } from '../../src/commands/index.js';
import { isPageEvent } from '../../src/events/event.js';
import { readHead } from '../../src/log/log.js';
import { evolve, type PageState } from '../../src/events/page.js';
import type { Database } from '../../src/log/database.js';
import { pageFinders } from '../../src/projections/page-states.js';
import { versionFinder } from '../support/versions.js';
import type { FoundPage } from '../../src/queries/found-page.js';
import { pageViewFinders } from '../../src/queries/page-finders.js';
import { sameJson, type JsonValue } from '../../src/schema/json/json.js';
import { type AnyChangeSet, anyChangeSet, firstCommands, pageIds } from '../support/any-change-set.js';
import { openInstallation, type Installation } from '../support/installation.js';

/** Every content version of every page as it was sent, oldest first; told from the commands alone. */
type Contents = Map<string, string[]>;

function remember(contents: Contents, commands: readonly PageCommand[]): void {
  for (const command of commands) {
    const versions = contents.get(command.page) ?? [];
    const latest = versions.at(-1);
    switch (command.kind) {
      case 'create-page':
        contents.set(command.page, [command.document.text]);
        break;
      case 'save-page':
        // The patches name every member that the documents have.
        if (!same(latest, command.document.text)) versions.push(command.document.text);
        break;
      case 'restore-page':
        if (command.version < versions.length) versions.push(versions[command.version - 1] ?? '');
        break;
      default: // changes no content
    }
  }
}

function same(a: string | undefined, b: string): boolean {
  return a !== undefined && sameJson(JSON.parse(a) as JsonValue, JSON.parse(b) as JsonValue);
}

type PageViews = ReturnType<typeof pageViewFinders>;

interface Row {
  readonly id: string;
  readonly parent: string | null;
  readonly slug: string | null;
  readonly rank: string | null;
  readonly from_position: number;
  readonly to_position: number | null;
}

interface Placed extends Pick<Row, 'id' | 'parent' | 'slug' | 'rank'> {
  readonly path: string | null;
}

/** Where pages are as of a position, told from the rows of `places` by walking down from the top. */
function placesAt(db: Database, at: number): readonly Placed[] {
  const rows = db
    .prepare<[], Row>('SELECT id, parent, slug, rank, from_position, to_position FROM places')
    .all()
    .filter(({ from_position: from, to_position: to }) => from <= at && (to === null || to > at));
  const placed: Placed[] = rows
    .filter(({ slug }) => slug === null)
    .map(({ id, parent, slug, rank }) => ({ id, parent, slug, rank, path: null }));
  const walk = (above: string | null, path: string): void => {
    for (const { id, parent, slug, rank } of rows) {
      if (slug === null || parent !== above) continue;
      placed.push({ id, parent, slug, rank, path: `${path}/${slug}` });
      walk(id, `${path}/${slug}`);
    }
  };
  walk(null, '');
  return placed.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** What the views show of pages that are not deleted: now, and as of a position. */
function viewsOf(
  db: Database,
  { latest, asOf }: PageViews,
): { now: () => unknown; asOf: (position: number) => unknown } {
  return {
    now: () => ({
      pages: pageIds.map((id) => {
        const found = latest(id);
        return found?.view.status === 'deleted' ? undefined : withoutPosition(found);
      }),
      places: placesAt(db, readHead(db).position),
    }),
    asOf: (at) => ({
      pages: pageIds.map((id) => withoutPosition(asOf(id, at))),
      places: placesAt(db, at),
    }),
  };
}

/** A past view says which position was asked for, a current one which position changed it last. */
function withoutPosition(found: FoundPage | undefined): unknown {
  return (
    found && {
      content: found.content,
      view: { ...found.view, changedPosition: undefined, ownPosition: undefined },
    }
  );
}

function expectTree(db: Database): void {
  const rows = placesAt(db, readHead(db).position);
  const placed = rows.filter(({ slug }) => slug !== null);
  expect(new Set(placed.map(({ path }) => path)).size).toBe(placed.length);
  expect(new Set(placed.map(({ parent, rank }) => `${parent} ${rank}`)).size).toBe(placed.length);

  const { page, ancestry, subtree } = pageFinders(db);
  for (const { id, parent, slug, path } of placed) {
    expect(`${ancestry(parent).path}/${slug ?? ''}`).toBe(path);
    const beneath = placed.filter(({ path: other }) => other?.startsWith(`${path ?? ''}/`));
    const published = beneath.filter(({ id }) => page(id)?.publishedVersion !== null);
    expect([id, subtree(id).published]).toEqual([id, published.length]);
    const levels = beneath.map(
      ({ path: other }) => (other?.split('/').length ?? 0) - (path?.split('/').length ?? 0),
    );
    expect(subtree(id).height).toBeGreaterThanOrEqual(Math.max(0, ...levels));
    const bytes = beneath.map(
      ({ path: other }) => Buffer.byteLength(other ?? '') - Buffer.byteLength(path ?? ''),
    );
    expect(subtree(id).longest).toBeGreaterThanOrEqual(Math.max(0, ...bytes));
  }
  const alive = pageIds.filter((id) => page(id)?.deletedRoot === null);
  expect(rows.map(({ id }) => id).toSorted()).toEqual(alive.toSorted());
}

function expectContents(db: Database, views: PageViews, contents: Contents): void {
  const version = versionFinder(db);
  const { page } = pageFinders(db);
  const anew = pageViewFinders(db, () => readHead(db).position);
  for (const id of pageIds) {
    const versions = contents.get(id) ?? [];
    expect(page(id)?.contentVersion ?? 0).toBe(versions.length);
    for (const [index, text] of versions.entries()) {
      expect(version(id, index + 1)?.text).toBe(text);
      const shown = views.version(id, index + 1);
      expect(shown?.content).toBe(text);
      expect(shown?.view).toEqual(anew.version(id, index + 1)?.view);
    }
    const { publishedVersion, deletedRoot } = page(id) ?? {};
    const shown = deletedRoot === null ? publishedVersion : null;
    expect(views.published(id)?.content).toBe(versions[(shown ?? 0) - 1]);
  }
}

/** What the rules see of a page is what its events say. */
function expectStates({ db, eventsAfter }: Installation): void {
  const states = new Map<string, PageState>();
  for (const event of eventsAfter(0)) {
    if (isPageEvent(event)) states.set(event.stream, evolve(states.get(event.stream), event.stream, event));
  }
  const { page } = pageFinders(db);
  for (const id of pageIds) {
    const found = page(id);
    let root: string | null = id;
    while (root !== null && states.get(root)?.deletedRoot === null)
      root = states.get(root)?.place?.parent ?? null;
    const state = states.get(id);
    expect(found && { ...found, number: undefined }).toEqual(state && { ...state, deletedRoot: root });
  }
}

const first: AnyChangeSet = { commands: firstCommands, role: 'admin', dryRun: false };

it('whatever people ask for, every view of now and of then is what the log says', () => {
  fc.assert(
    fc.property(fc.array(anyChangeSet, { minLength: 10, maxLength: 40, size: 'max' }), (changeSets) => {
      const installation = openInstallation();
      const { db, submit, position } = installation;
      const contents: Contents = new Map();
      const views = pageViewFinders(db, () => readHead(db).position);
      const { now, asOf } = viewsOf(db, views);
      const shown = new Map<number, unknown>([[0, now()]]);

      for (const { commands, role, dryRun } of [first, ...changeSets]) {
        const before = position();
        const outcome = submit(commands, { rights: everywhere(role), dryRun });
        const isAccepted = outcome.kind === 'accepted' && !dryRun;
        if (isAccepted) remember(contents, commands);
        expectContents(db, views, contents); // what is remembered included
        if (!isAccepted) {
          expect(position()).toBe(before);
          expect(now()).toEqual(shown.get(before));
        } else {
          shown.set(position(), now());
        }
      }
      expectStates(installation);
      expectTree(db);
      for (const [at, then] of shown) expect(asOf(at)).toEqual(then);
      installation.finish();
    }),
    { numRuns: 25 },
  );
});
