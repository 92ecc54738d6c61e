import { pageFinders } from '../../src/projections/page-states.js';
import {
  append,
  pageCreated,
  pageDeleted,
  pageMoved,
  pagePublished,
  pageRestored,
  pageSaved,
  pageUndeleted,
  pageUnpublished,
} from '../support/append.js';
import { pageViewFinders } from '../../src/queries/page-finders.js';
import { openInstallation, tess, type Installation } from '../support/installation.js';

function pageRow({ db }: Installation, id: string): unknown {
  return db.prepare('SELECT * FROM pages WHERE id = ?').get(id);
}

function changedPositions({ db }: Installation): unknown {
  return Object.fromEntries(
    db.prepare<[], [string, number]>('SELECT id, changed_position FROM pages').raw().all(),
  );
}

describe('the pages', () => {
  it('hold what a page is after each of its events', () => {
    const installation = openInstallation();
    const at = '2026-02-03T04:05:06.789Z';
    append(installation, [pageCreated('home', null)], { at });
    const created = {
      number: 1,
      id: 'home',
      type: 'document',
      parent: null,
      slug: 'home',
      rank: 'a0',
      place_order: ' a0',
      content_version: 1,
      published_version: null,
      deleted_position: null,
      stream_version: 1,
      created_at: at,
      created_by: JSON.stringify(tess),
      changed_position: 1,
      placed_position: 1,
      shown_position: 0,
      published_beneath: 0,
      height: 0,
      longest: 0,
      is_protected: 0,
    };
    expect(pageRow(installation, 'home')).toEqual(created);

    append(installation, [pageSaved('home', 2, { title: 'new' }), pagePublished('home', 2)]);
    const published = {
      ...created,
      content_version: 2,
      published_version: 2,
      stream_version: 3,
      changed_position: 3,
      shown_position: 3,
    };
    expect(pageRow(installation, 'home')).toEqual(published);

    append(installation, [pageRestored('home', 3, 1), pageDeleted('home')]);
    expect(pageRow(installation, 'home')).toEqual({
      ...published,
      content_version: 3,
      deleted_position: 5,
      stream_version: 5,
      changed_position: 5,
      placed_position: 5,
    });

    append(installation, [pageUndeleted('home'), pageUnpublished('home')]);
    expect(pageRow(installation, 'home')).toEqual({
      ...created,
      content_version: 3,
      stream_version: 7,
      changed_position: 7,
      placed_position: 6,
      shown_position: 7,
    });
  });

  it('have no place in the tree for a chunk, until it is moved there', () => {
    const installation = openInstallation();
    append(installation, [pageCreated('chunk')]);
    expect(pageRow(installation, 'chunk')).toMatchObject({ parent: null, slug: null, rank: null });
    append(installation, [pageMoved('chunk', null, 'found', 'a7')]);
    expect(pageRow(installation, 'chunk')).toMatchObject({ parent: null, slug: 'found', rank: 'a7' });
  });

  it('change with a page above them, because their path does; deleted ones have none', () => {
    const installation = openInstallation();
    append(installation, [
      pageCreated('home', null),
      pageCreated('a', 'home'),
      pageCreated('a1', 'a'),
      pageCreated('gone', 'home'),
      pageDeleted('gone'),
      pageCreated('top', null, { rank: 'a1' }),
      pageMoved('home', 'top', 'home'),
    ]);
    expect(changedPositions(installation)).toEqual({ home: 7, a: 2, a1: 3, gone: 5, top: 6 });
    const { latest } = pageViewFinders(installation.db, installation.position);
    const shown = (): unknown => ['home', 'a', 'a1'].map((id) => latest(id)?.view.changedPosition);
    expect(shown()).toEqual([7, 7, 7]);
    append(installation, [pageSaved('home', 2, { title: 'new' })]);
    expect(changedPositions(installation)).toEqual({ home: 8, a: 2, a1: 3, gone: 5, top: 6 });
    expect(shown()).toEqual([8, 7, 7]);
  });
});

describe('what the rules look up about pages', () => {
  function filled(): ReturnType<typeof pageFinders> {
    const installation = openInstallation();
    append(installation, [
      pageCreated('home', null),
      pageCreated('a', 'home', { rank: 'a0' }),
      pageCreated('b', 'home', { rank: 'a1' }),
      pageCreated('c', 'home', { rank: 'a2' }),
      pageCreated('b1', 'b'),
      pageCreated('b11', 'b1'),
      pageCreated('chunk'),
      pageDeleted('c'),
      pageDeleted('b1'),
      pageDeleted('b11', 'b1'),
    ]);
    return pageFinders(installation.db);
  }

  it('finds a child by its name, unless it is deleted', () => {
    const pages = filled();
    expect(pages.childAt('home', 'a')?.id).toBe('a');
    expect(pages.childAt(null, 'home')?.id).toBe('home');
    expect(pages.childAt(null, 'chunk')).toBeUndefined();
    expect(pages.childAt('home', 'c')).toBeUndefined();
    expect(pages.childAt('home', 'nothing')).toBeUndefined();
  });

  it('counts deleted siblings among the ranks', () => {
    const pages = filled();
    expect(pages.lastRank('home')).toBe('a2');
    expect(pages.rankAfter('home', 'a1')).toBe('a2');
    expect(pages.rankBefore('home', 'a2')).toBe('a1');
    expect(pages.rankBefore('home', 'a0')).toBeNull();
    expect(pages.rankAfter('home', 'a2')).toBeNull();
    expect(pages.lastRank('a')).toBeNull();
  });

  it('finds what a deletion took along, and what takes it back', () => {
    const pages = filled();
    const roots = ['home', 'b', 'b1', 'b11', 'c'].map((id) => pages.page(id)?.deletedRoot);
    expect(roots).toEqual([null, null, 'b1', 'b1', 'c']);
  });

  it('finds the way up', () => {
    const pages = filled();
    expect(pages.ancestry('b1')).toEqual({
      path: '/home/b/b1',
      depth: 3,
      ids: ['home', 'b'], // the third was deleted
      isProtected: false,
      deletedRoot: 'b1',
      placedPosition: 9,
      isPublished: false,
      shownPosition: 0,
    });
    expect(pages.ancestry(null)).toEqual({
      ids: [],
      isProtected: false,
      path: '',
      depth: 0,
      deletedRoot: null,
      placedPosition: 0,
      isPublished: true,
      shownPosition: 0,
    });
    expect(pages.isWithin('b11', 'home')).toBe(true);
    expect(pages.isWithin('home', 'home')).toBe(true);
    expect(pages.isWithin('home', 'b11')).toBe(false);
  });

  it('knows how far a subtree reaches, deleted pages included', () => {
    const pages = filled();
    expect(pages.subtree('home')).toEqual({ published: 0, height: 3, longest: '/b/b1/b11'.length });
    expect(pages.subtree('a')).toEqual({ published: 0, height: 0, longest: 0 });
  });
});
