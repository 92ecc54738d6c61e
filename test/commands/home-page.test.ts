import { importLines, exportLines } from '../../src/exchange/jsonl.js';
import { takeCharge } from '../../src/log/installation.js';
import { createChunk, createPage, deletePage, movePage, undeletePage } from '../support/commands.js';
import { given, refused } from '../support/given.js';
import { openInstallation, program } from '../support/installation.js';
import { ladder } from '../support/ladder.js';

const home = createPage('home', { slug: '' });
const pathOf = (page: { readonly view: { readonly path: string | null } }): string | null => page.view.path;

describe('the page at /', () => {
  it('has an empty slug, and the others of the top level stay where they are', () => {
    const installation = openInstallation();
    const paths = [createPage('about'), home, createPage('child', { parent: 'about' })].map((command) => {
      const [result] = installation.accept(command).results;
      return result?.kind === 'page' && pathOf(result.page);
    });
    expect(paths).toEqual(['/about', '/', '/about/child']);
    expect(installation.order(null)).toEqual(['about', 'home']);
  });

  it('is there once, however a second one would come', () => {
    const taken = refused('path-taken', { page: 'home' });
    given(home)
      .when(createPage('second', { slug: '' }))
      .then(taken);
    given(home, createPage('second'))
      .when(movePage('second', 1, { slug: '' }))
      .then(taken);
    given(createPage('second', { slug: '' }), deletePage('second'), home)
      .when(undeletePage('second'))
      .then(taken);
  });

  it('may become another page, and be one that was a chunk', () => {
    const place = { parent: null, slug: '' };
    given(home, movePage('home', 1, { slug: 'old-home' }), createChunk('chunk'))
      .when(movePage('chunk', 1, place))
      .then([{ stream: 'chunk', type: 'PageMoved', data: expect.objectContaining(place) as object }]);
  });

  it('is at the top level', () => {
    given(createPage('a'))
      .when(createPage('b', { parent: 'a', slug: '' }))
      .then(refused('malformed-request'));
    given(createPage('a'), home)
      .when(movePage('home', 1, { parent: 'a' }))
      .then(refused('malformed-request'));
  });

  it('has nothing beneath it, nor anything that may come back there', () => {
    given(home)
      .when(createPage('a', { parent: 'home' }))
      .then(refused('nothing-beneath-home', { parent: 'home' }));
    given(createPage('a'), createPage('b', { parent: 'a' }), deletePage('b'))
      .when(movePage('a', 1, { slug: '' }))
      .then(refused('nothing-beneath-home', { parent: 'a' }));
    given(createPage('a'), createPage('b', { parent: 'a' }), movePage('b', 1, { parent: null }))
      .when(movePage('a', 1, { slug: '' }))
      .then([expect.objectContaining({ type: 'PageMoved' }) as never]);
  });

  it('is carried by an export to another installation', async () => {
    const uuid = '00000001-0000-4000-8000-00000000000a';
    const by = { by: { kind: 'system', id: 'operator', name: 'operator' } } as const;
    const from = openInstallation();
    from.accept(createPage(uuid, { slug: '' }), by);
    const into = openInstallation();
    const lines = [...exportLines(from.db, () => undefined)];
    await importLines(into.db, takeCharge(into.db, program), ladder, inOrder(lines), {
      progress: () => undefined,
    });
    expect(into.db.prepare('SELECT slug FROM pages').pluck().all()).toEqual(['']);
  });
});

async function* inOrder(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) yield await Promise.resolve(line);
}
