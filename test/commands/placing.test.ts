import type { Command } from '../../src/commands/index.js';
import { createPage, deletePage, movePage, undeletePage } from '../support/commands.js';
import { given, refused } from '../support/given.js';
import { openInstallation } from '../support/installation.js';

/** A chain of pages called `name1`, `name2` …, each beneath the one before. */
function chain(name: string, levels: number, parent: string | null = null): readonly Command[] {
  return Array.from({ length: levels }, (_, index) =>
    createPage(`${name}${index + 1}`, {
      parent: index === 0 ? parent : `${name}${index}`,
      slug: 's',
    }),
  );
}

describe('the tree is at most 100 levels deep', () => {
  const deepest = [chain('d', 100), createPage('leaf'), createPage('other', { parent: 'leaf' })];

  it('where a page is created', () => {
    given(...deepest)
      .when(createPage('x', { parent: 'd100' }))
      .then(refused('too-deep', { levels: 101, limit: 100 }));
    given(...deepest)
      .when(createPage('x', { parent: 'd99', slug: 'second' }))
      .then([expect.objectContaining({ type: 'PageCreated' }) as never]);
  });

  it('where one is moved, with what hangs beneath it', () => {
    given(...deepest)
      .when(movePage('leaf', 1, { parent: 'd99' }))
      .then(refused('too-deep', { levels: 101, limit: 100 }));
    expect(given(...deepest).when(movePage('leaf', 1, { parent: 'd98' })).outcome.kind).toBe('accepted');
    expect(given(...deepest).when(movePage('other', 1, { parent: 'd99' })).outcome.kind).toBe('accepted');
  });

  it('where one comes back, too: what was deleted counts when the page above it moves', () => {
    const history = [...deepest, deletePage('other')];
    given(...history)
      .when(movePage('leaf', 1, { parent: 'd99' }))
      .then(refused('too-deep', { levels: 101, limit: 100 }));
    expect(
      given(...history, movePage('leaf', 1, { parent: 'd98' })).when(undeletePage('other')).outcome.kind,
    ).toBe('accepted');
  });
});

describe('a path has at most 2048 bytes, a slug 255', () => {
  const long = 'ü'.repeat(127);
  const tree = [
    createPage('p1', { parent: null, slug: long }),
    ...Array.from({ length: 7 }, (_, index) =>
      createPage(`p${index + 2}`, { parent: `p${index + 1}`, slug: long }),
    ),
  ];
  const bytes = 8 * 255;

  it('counted in UTF-8', () => {
    given(...tree)
      .when(createPage('x', { parent: 'p8', slug: 'x'.repeat(2048 - bytes - 1) }))
      .then([expect.objectContaining({ type: 'PageCreated' }) as never]);
    given(...tree)
      .when(createPage('x', { parent: 'p8', slug: 'x'.repeat(2048 - bytes) }))
      .then(refused('path-too-long', { bytes: 2049, limit: 2048 }));
    given()
      .when(createPage('x', { slug: 'ü'.repeat(128) }))
      .then(refused('path-too-long', { bytes: 256, limit: 255 }));
  });

  it('those of the pages beneath one that is moved or renamed, too', () => {
    const history = [...tree, createPage('top', { slug: 'topmost' })];
    given(...history)
      .when(movePage('p1', 1, { parent: 'top' }))
      .then([expect.objectContaining({ type: 'PageMoved' }) as never]);
    given(...history, createPage('topper', { parent: 'top', slug: 'x' }))
      .when(movePage('p1', 1, { parent: 'topper' }))
      .then(refused('path-too-long', { bytes: 2050, limit: 2048 }));
    given(...history, movePage('p1', 1, { slug: 'a' }))
      .when(movePage('p1', 1, { slug: 'ü'.repeat(127) }))
      .then([expect.objectContaining({ type: 'PageMoved' }) as never]);
  });
});

describe('whatever hangs beneath a page', () => {
  /** Rows that the command writes, and events. */
  function written(pages: number, command: Command): { rows: number; events: number } {
    const installation = openInstallation();
    const { db, accept, position } = installation;
    accept([createPage('top'), createPage('home')]);
    accept(Array.from({ length: pages }, (_, index) => createPage(`c${index}`, { parent: 'home' })));
    const changes = db.prepare<[], number>('SELECT total_changes()').pluck();
    if (command.kind === 'undelete-page') accept(deletePage('home'));
    const [rowsBefore, before] = [changes.get() ?? 0, position()];
    accept(command);
    const found = { rows: (changes.get() ?? 0) - rowsBefore, events: position() - before };
    installation.finish();
    return found;
  }

  it.each([
    movePage('home', 1, { parent: 'top' }),
    movePage('home', 1, { slug: 'renamed' }),
    deletePage('home'),
    undeletePage('home'),
  ])('as many rows are written: %j', (command) => {
    const few = written(2, command);
    expect(few.events).toBe(1);
    expect(written(300, command)).toEqual(few);
  });
});
