import { everywhere } from '../../src/access/rights.js';
import {
  createChunk,
  createPage,
  deletePage,
  movePage,
  publishPage,
  savePage,
  undeletePage,
} from '../support/commands.js';
import { pageFinders } from '../../src/projections/page-states.js';
import { given, refused } from '../support/given.js';

const tree = [
  createPage('home'),
  createPage('a', { parent: 'home' }),
  createPage('b', { parent: 'home' }),
  createPage('a1', { parent: 'a' }),
];

const undeleted = (stream: string) => ({ stream, type: 'PageUndeleted', data: {} }) as const;

describe('undeleting a page is refused', () => {
  it('to a renderer', () => {
    given()
      .when(undeletePage('nowhere'), { rights: everywhere('render') })
      .then(refused('forbidden', { permission: 'delete' }));
  });

  it('when there never was such a page', () => {
    given().when(undeletePage('nowhere')).then(refused('not-found'));
  });

  it('to an editor when readers would see a page of it again', () => {
    given(...tree, publishPage('a1'), deletePage('home'))
      .when(undeletePage('home'), { rights: everywhere('editor') })
      .then(refused('forbidden', { permission: 'delete' }));
  });

  it('when the page is not deleted', () => {
    given(...tree)
      .when(undeletePage('a'))
      .then(refused('page-not-deleted'));
  });

  it('when it went with a page above it, which has to come back first', () => {
    given(...tree, deletePage('home'))
      .when(undeletePage('a1'))
      .then(refused('parent-deleted', { root: 'home' }));
  });

  it('when it was deleted itself and its parent is deleted by now', () => {
    given(...tree, deletePage('a'), deletePage('home'))
      .when(undeletePage('a'))
      .then(refused('parent-deleted', { parent: 'home' }));
  });

  it('when another page has its name by now', () => {
    given(...tree, deletePage('a'), createPage('new', { parent: 'home', slug: 'a' }))
      .when(undeletePage('a'))
      .then(refused('path-taken', { page: 'new' }));
  });
});

describe('undeleting a page', () => {
  it('brings everything back that went with it, by one event', () => {
    const scene = given(...tree, deletePage('home')).when(undeletePage('home'));
    scene.then([undeleted('home')]);
    const { page } = pageFinders(scene.installation.db);
    expect(['home', 'a', 'b', 'a1'].map((id) => page(id)?.deletedRoot)).toEqual(Array(4).fill(null));
  });

  it('leaves deleted what was deleted before', () => {
    const scene = given(...tree, deletePage('a'), deletePage('home')).when(undeletePage('home'));
    scene.then([undeleted('home')]);
    expect(scene.installation.order('home')).toEqual(['b']);
    scene.installation.accept(undeletePage('a'));
    expect(scene.installation.order('home')).toEqual(['a', 'b']);
    expect(scene.installation.order('a')).toEqual(['a1']);
  });

  it('brings the order back', () => {
    const three = [createPage('x'), createPage('y'), createPage('z')];
    for (const page of ['x', 'y', 'z']) {
      const { installation } = given(...three, deletePage(page)).when(undeletePage(page));
      expect(installation.order(null)).toEqual(['x', 'y', 'z']);
    }
  });

  it('brings the published version back, and what was saved on top of it', () => {
    const { outcome } = given(
      ...tree,
      publishPage('a'),
      savePage('a', 1, { title: 'new' }),
      deletePage('a'),
    ).when(undeletePage('a'), { rights: everywhere('publisher') });
    expect(outcome).toMatchObject({
      results: [
        {
          page: {
            view: {
              status: 'changed',
              publishedVersion: 1,
              contentVersion: 2,
              title: 'new',
              path: '/home/a',
            },
          },
        },
      ],
    });
  });

  it('brings it back beneath its parent, wherever that is by now', () => {
    const { installation, outcome } = given(
      ...tree,
      createPage('top'),
      deletePage('a'),
      movePage('home', 1, { parent: 'top', slug: 'house' }),
    ).when(undeletePage('a'));
    expect(outcome).toMatchObject({ results: [{ page: { view: { path: '/top/house/a' } } }] });
    expect(pageFinders(installation.db).ancestry('a1').path).toBe('/top/house/a/a1');
  });

  it('works once the other page has given the name up', () => {
    const history = [...tree, deletePage('a'), createPage('new', { parent: 'home', slug: 'a' })];
    given(...history, movePage('new', 1, { slug: 'renamed' }))
      .when(undeletePage('a'))
      .then([undeleted('a')]);
    given(...history, deletePage('new'))
      .when(undeletePage('a'))
      .then([undeleted('a')]);
  });

  it('is for chunks too', () => {
    given(createChunk('chunk'), deletePage('chunk'))
      .when(undeletePage('chunk'))
      .then([undeleted('chunk')]);
  });

  it('may follow a deletion again and again', () => {
    const { installation } = given(...tree, deletePage('a'), undeletePage('a'), deletePage('home')).when(
      undeletePage('home'),
    );
    expect(installation.order('home')).toEqual(['a', 'b']);
    expect(installation.order('a')).toEqual(['a1']);
  });
});
