import { append, pageCreated, pageDeleted, pageMoved, pageSaved, pageUndeleted } from '../support/append.js';
import { pathFinder } from '../../src/queries/path-finder.js';
import { openInstallation, type Installation } from '../support/installation.js';

/** Where a page itself was: [from, to, parent, slug], oldest first. */
function spans({ db }: Installation, id: string): unknown[] {
  return db
    .prepare(
      'SELECT from_position, to_position, parent, slug FROM places WHERE id = ? ORDER BY from_position',
    )
    .raw()
    .all(id);
}

/** Where a path leads now, and as of positions. */
function at({ db, position }: Installation, path: string, then = position()): string | undefined {
  return pathFinder(db).at(path, then);
}

function formerly({ db, position }: Installation, path: string): readonly string[] {
  return [...pathFinder(db).formerly(path, position())].map(({ id }) => id);
}

function tree(): Installation {
  const installation = openInstallation();
  append(installation, [
    pageCreated('home', null),
    pageCreated('a', 'home'),
    pageCreated('a1', 'a'),
    pageCreated('top', null, { rank: 'a1' }),
  ]);
  return installation;
}

describe('the places', () => {
  it('begin with the creation', () => {
    const { db } = tree();
    expect(db.prepare(`SELECT * FROM places WHERE id = 'a1'`).all()).toEqual([
      { page: 3, from_position: 3, to_position: null, id: 'a1', parent: 'a', slug: 'a1', rank: 'a0' },
    ]);
  });

  it('have no name for a chunk', () => {
    const installation = openInstallation();
    append(installation, [pageCreated('chunk'), pageMoved('chunk', null, 'found')]);
    expect(spans(installation, 'chunk')).toEqual([
      [1, 2, null, null],
      [2, null, null, 'found'],
    ]);
  });

  it('follow a move with everything beneath it, by one row', () => {
    const installation = tree();
    append(installation, [pageMoved('home', 'top', 'house')]);
    expect(spans(installation, 'home')).toEqual([
      [1, 5, null, 'home'],
      [5, null, 'top', 'house'],
    ]);
    expect(spans(installation, 'a1')).toEqual([[3, null, 'a', 'a1']]);
    expect([at(installation, '/top/house/a/a1'), at(installation, '/home/a/a1')]).toEqual(['a1', undefined]);
    expect([at(installation, '/top/house/a/a1', 4), at(installation, '/home/a/a1', 4)]).toEqual([
      undefined,
      'a1',
    ]);
    expect(formerly(installation, '/home/a/a1')).toEqual(['a1']);
  });

  it('keep the order', () => {
    const installation = tree();
    append(installation, [pageMoved('home', null, 'home', 'a2')]);
    expect(spans(installation, 'home')).toHaveLength(2);
    expect(installation.order(null)).toEqual(['top', 'home']);
  });

  it('are not touched by saves', () => {
    const installation = tree();
    append(installation, [pageSaved('home', 2, { title: 'new' })]);
    expect(spans(installation, 'home')).toEqual([[1, null, null, 'home']]);
  });

  // Earlier releases wrote an event for each page that went along.
  it.each([
    ['one event', [pageDeleted('a')], [pageUndeleted('a')]],
    ['an event each', [pageDeleted('a'), pageDeleted('a1', 'a')], [pageUndeleted('a'), pageUndeleted('a1')]],
    ['an event each, taken back by one', [pageDeleted('a'), pageDeleted('a1', 'a')], [pageUndeleted('a')]],
  ])('end with a deletion and go on after it: %s', (_name, gone, back) => {
    const installation = tree();
    append(installation, gone);
    expect(spans(installation, 'a')).toEqual([[2, 5, 'home', 'a']]);
    expect(at(installation, '/home/a/a1')).toBeUndefined();
    append(installation, back);
    expect(spans(installation, 'a')).toEqual([
      [2, 5, 'home', 'a'],
      [5 + gone.length, null, 'home', 'a'],
    ]);
    expect(at(installation, '/home/a/a1')).toBe('a1');
    expect(at(installation, '/home/a/a1', 5)).toBeUndefined();
  });

  it('go on beneath the parent, wherever that is by then', () => {
    const installation = tree();
    append(installation, [pageDeleted('a'), pageMoved('home', 'top', 'house'), pageUndeleted('a')]);
    expect(at(installation, '/top/house/a/a1')).toBe('a1');
    expect(formerly(installation, '/home/a/a1')).toEqual(['a1', 'a1']);
  });

  it('give a path to another page once it is free', () => {
    const installation = tree();
    append(installation, [
      pageMoved('a', 'top', 'a'),
      pageCreated('b', 'home', { slug: 'a' }),
      pageDeleted('b'),
      pageMoved('a', 'home', 'a'),
    ]);
    const then = [2, 4, 5, 6, 7, 8].map((position) => at(installation, '/home/a', position));
    expect(then).toEqual(['a', 'a', undefined, 'b', undefined, 'a']);
  });

  it('lead from an old path to whoever has a name now before whoever had it', () => {
    const installation = tree();
    append(installation, [
      pageMoved('home', 'top', 'house'),
      pageCreated('new', null, { slug: 'home', rank: 'a2' }),
      pageCreated('b', 'new', { slug: 'b' }),
      pageMoved('b', 'new', 'c'),
    ]);
    expect(formerly(installation, '/home/b')).toEqual(['b']);
    expect(formerly(installation, '/home/a')).toEqual(['a']);
    expect(formerly(installation, '/home')).toEqual(['new', 'home']);
  });

  it('are tried a bounded number of times for a path that half the tree once had', () => {
    const installation = tree();
    for (let round = 0; round < 8; round++) {
      append(installation, [
        pageMoved('home', null, `x${round}`),
        pageMoved('home', null, 'same'),
        pageMoved('a', 'home', `x${round}`),
        pageMoved('a', 'home', 'same'),
        pageMoved('a1', 'a', `x${round}`),
        pageMoved('a1', 'a', 'same'),
      ]);
    }
    append(installation, [pageMoved('home', null, 'last')]);
    const found = formerly(installation, '/same/same/same');
    expect(new Set(found)).toEqual(new Set(['a1']));
    expect(found.length).toBeLessThanOrEqual(200);
  });
});
