import { append, pageCreated, pageDeleted, pageMoved, pageSaved, pageUndeleted } from '../support/append.js';
import { openInstallation, type Installation } from '../support/installation.js';

/** Where a page was: [from, to, path], oldest first. */
function spans({ db }: Installation, id: string): unknown[] {
  return db
    .prepare('SELECT from_position, to_position, path FROM places WHERE id = ? ORDER BY from_position')
    .raw()
    .all(id);
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
    const installation = tree();
    expect(installation.db.prepare(`SELECT * FROM places WHERE id = 'a1'`).all()).toEqual([
      {
        page: 3,
        from_position: 3,
        to_position: null,
        id: 'a1',
        parent: 'a',
        slug: 'a1',
        rank: 'a0',
        path: '/home/a/a1',
      },
    ]);
  });

  it('have no path for a chunk', () => {
    const installation = openInstallation();
    append(installation, [pageCreated('chunk'), pageMoved('chunk', null, 'found')]);
    expect(spans(installation, 'chunk')).toEqual([
      [1, 2, null],
      [2, null, '/found'],
    ]);
  });

  it('follow a move with everything beneath it', () => {
    const installation = tree();
    append(installation, [pageMoved('home', 'top', 'house')]);
    expect(spans(installation, 'home')).toEqual([
      [1, 5, '/home'],
      [5, null, '/top/house'],
    ]);
    expect(spans(installation, 'a')).toEqual([
      [2, 5, '/home/a'],
      [5, null, '/top/house/a'],
    ]);
    expect(spans(installation, 'a1')).toEqual([
      [3, 5, '/home/a/a1'],
      [5, null, '/top/house/a/a1'],
    ]);
    expect(spans(installation, 'top')).toEqual([[4, null, '/top']]);
  });

  it('leave what is beneath alone when only the order changes', () => {
    const installation = tree();
    append(installation, [pageMoved('home', null, 'home', 'a2')]);
    expect(spans(installation, 'home')).toHaveLength(2);
    expect(spans(installation, 'a')).toEqual([[2, null, '/home/a']]);
    expect(installation.order(null)).toEqual(['top', 'home']);
  });

  it('are not touched by saves', () => {
    const installation = tree();
    append(installation, [pageSaved('home', 2, { title: 'new' })]);
    expect(spans(installation, 'home')).toEqual([[1, null, '/home']]);
  });

  it('end with a deletion and go on after it', () => {
    const installation = tree();
    append(installation, [pageDeleted('a'), pageDeleted('a1', 'a')]);
    expect(spans(installation, 'a')).toEqual([[2, 5, '/home/a']]);
    append(installation, [pageUndeleted('a'), pageUndeleted('a1')]);
    expect(spans(installation, 'a')).toEqual([
      [2, 5, '/home/a'],
      [7, null, '/home/a'],
    ]);
    expect(spans(installation, 'a1')).toEqual([
      [3, 6, '/home/a/a1'],
      [8, null, '/home/a/a1'],
    ]);
  });

  it('go on beneath the parent, wherever that is by then', () => {
    const installation = tree();
    append(installation, [
      pageDeleted('a'),
      pageDeleted('a1', 'a'),
      pageMoved('home', 'top', 'house'),
      pageUndeleted('a'),
      pageUndeleted('a1'),
    ]);
    expect(spans(installation, 'a1')).toEqual([
      [3, 6, '/home/a/a1'],
      [9, null, '/top/house/a/a1'],
    ]);
  });

  it('give a path to another page once it is free', () => {
    const installation = tree();
    append(installation, [
      pageMoved('a', 'top', 'a'),
      pageCreated('b', 'home', { slug: 'a' }),
      pageDeleted('b'),
      pageMoved('a', 'home', 'a'),
    ]);
    expect(
      installation.db
        .prepare(
          `SELECT id, from_position, to_position FROM places WHERE path = '/home/a' ORDER BY from_position`,
        )
        .raw()
        .all(),
    ).toEqual([
      ['a', 2, 5],
      ['b', 6, 7],
      ['a', 8, null],
    ]);
  });
});
