import { pageFinders } from '../../src/projections/pages.js';
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
      content_version: 1,
      published_version: null,
      deleted_root: null,
      stream_version: 1,
      created_at: at,
      created_by: JSON.stringify(tess),
      changed_position: 1,
    };
    expect(pageRow(installation, 'home')).toEqual(created);

    append(installation, [pageSaved('home', 2, { title: 'new' }), pagePublished('home', 2)]);
    const published = {
      ...created,
      content_version: 2,
      published_version: 2,
      stream_version: 3,
      changed_position: 3,
    };
    expect(pageRow(installation, 'home')).toEqual(published);

    append(installation, [pageRestored('home', 3, 1), pageDeleted('home')]);
    expect(pageRow(installation, 'home')).toEqual({
      ...published,
      content_version: 3,
      deleted_root: 'home',
      stream_version: 5,
      changed_position: 5,
    });

    append(installation, [pageUndeleted('home'), pageUnpublished('home')]);
    expect(pageRow(installation, 'home')).toEqual({
      ...created,
      content_version: 3,
      stream_version: 7,
      changed_position: 7,
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
    expect(changedPositions(installation)).toEqual({ home: 7, a: 7, a1: 7, gone: 5, top: 6 });
    append(installation, [pageSaved('home', 2, { title: 'new' })]);
    expect(changedPositions(installation)).toEqual({ home: 8, a: 7, a1: 7, gone: 5, top: 6 });
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

  const ids = (pages: readonly { id: string }[]) => pages.map(({ id }) => id);

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

  it('finds what is beneath a page and not deleted', () => {
    const pages = filled();
    expect(ids(pages.beneath('home'))).toEqual(['a', 'b']);
    expect(ids(pages.beneath('b'))).toEqual([]);
  });

  it('finds what went with a deletion', () => {
    expect(ids(filled().deletedWith('b1')).toSorted()).toEqual(['b1', 'b11']);
  });

  it('finds the way up, nearest first', () => {
    const pages = filled();
    expect(pages.ancestors('b11')).toEqual(['b1', 'b', 'home']);
    expect(pages.ancestors('home')).toEqual([]);
    expect(pages.ancestors('chunk')).toEqual([]);
  });
});
