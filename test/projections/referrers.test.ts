import fc from 'fast-check';
import type { Command } from '../../src/commands/index.js';
import {
  linkFinder,
  referenceFinders,
  referringRows,
  type ReferringRow,
} from '../../src/projections/referrers.js';
import { createChunk, deletePage, movePage, sent, undeletePage } from '../support/commands.js';
import { openInstallation, type Installation } from '../support/installation.js';
import { ladder } from '../support/ladder.js';
import { bodySaved, documentWith } from '../support/linking.js';

interface Row extends ReferringRow {
  readonly id: string;
}

/** The pages that refer to one, each as often as it does so in another way. */
function referrersOf({ db }: Installation, id: string): readonly string[] {
  const rows = referringRows<Row>(db, 'pages.id AS id', 'pages.deleted_position IS NULL');
  return Array.from(rows(id), (row) => row.id);
}

/** `/docs` with `guide.md` and `intro`, and `/docs/images` with `gate.jpg`. */
function site(): Installation {
  const installation = openInstallation();
  installation.accept([
    documentWith('docs', ''),
    documentWith('guide', '', { parent: 'docs', slug: 'guide.md' }),
    documentWith('intro', '', { parent: 'docs' }),
    documentWith('images', '', { parent: 'docs' }),
    documentWith('gate', '', { parent: 'images', slug: 'gate.jpg' }),
  ]);
  return installation;
}

describe('a link leads', () => {
  it.each<[string, string | null, string, string | undefined]>([
    ['to a page beside it', 'docs', './intro', 'intro'],
    ['to one beneath a page beside it', 'docs', './images/gate.jpg', 'gate'],
    ['to one above', 'images', '../guide.md', 'guide'],
    ['from the top', 'images', '/docs/intro', 'intro'],
    ['from the top level, or from nowhere', null, './docs/intro', 'intro'],
    ['no further up than to the top', 'docs', '../../../docs', 'docs'],
    ['to what is called so without .md', 'docs', './intro.md', 'intro'],
    ['to what is called so without .markdown', 'docs', './intro.markdown', 'intro'],
    ['nowhere where .md is missing', 'docs', './guide', undefined],
    ['nowhere where another name is missing, or its end', 'docs', './intro.txt', undefined],
    ['nowhere beneath what is not there', 'docs', './pictures/gate.jpg', undefined],
    ['nowhere from where it is not', null, './intro', undefined],
  ])('%s', (_what, parent, way, expected) => {
    expect(linkFinder(site().db)(parent, way)).toBe(expected);
  });

  it('to what has the very name, before one that has it without .md', () => {
    const installation = site();
    installation.accept(documentWith('other', '', { parent: 'docs', slug: 'intro.md' }));
    expect(linkFinder(installation.db)('docs', './intro.md')).toBe('other');
  });

  it('not to what is deleted, nor to what is beneath', () => {
    const installation = site();
    installation.accept(deletePage('images'));
    const find = linkFinder(installation.db);
    expect([find('docs', './images'), find('docs', './images/gate.jpg')]).toEqual([undefined, undefined]);
    installation.accept(undeletePage('images'));
    expect(find('docs', './images/gate.jpg')).toBe('gate');
  });

  it('to whatever is there by now', () => {
    const installation = site();
    installation.accept(bodySaved('guide', '![](images/gate.jpg) [](intro)'));
    expect(referrersOf(installation, 'gate')).toEqual(['guide']);
    installation.accept(movePage('gate', null, { parent: 'docs' }));
    expect(referrersOf(installation, 'gate')).toEqual([]);
    installation.accept(movePage('guide', null, { parent: 'images' }));
    expect([referrersOf(installation, 'gate'), referrersOf(installation, 'intro')]).toEqual([[], []]);
    installation.accept(movePage('guide', null, { parent: 'docs' }));
    installation.accept(documentWith('new', '', { parent: 'images', slug: 'gate.jpg' }));
    expect(referrersOf(installation, 'new')).toEqual(['guide']);
  });

  it('from a chunk as from the top level', () => {
    const installation = site();
    const document = sent({ title: 'Chunk', body: '[](docs/intro)' });
    installation.accept(createChunk('chunk', { schemaVersion: ladder.finalized, document }));
    expect(referrersOf(installation, 'intro')).toEqual(['chunk']);
  });
});

describe('from outside of what goes together a page is referred to', () => {
  it('by links that lead into it, and not by such as only look like it', () => {
    const installation = site();
    installation.accept([
      documentWith('inside', '[](gate.jpg)', { parent: 'images' }),
      documentWith('one', '[](docs/images/gate.jpg)'),
      documentWith('two', '[](/docs/images) [](docs/images/gate.jpg)'),
      documentWith('three', '[](gate.jpg) [](/docs/images.md)', { parent: 'docs' }),
      documentWith('four', '[](gate.jpg)', { parent: 'docs' }),
    ]);
    const { referrers, looked } = referenceFinders(installation.db).referrersFromOutside('images', 100);
    expect(referrers.map(({ id }) => id)).toEqual(['one', 'two', 'two', 'three']);
    expect(looked).toBe(6);
  });
});

describe('wherever pages are', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const names = ['one', 'two', 'two.md', 'three.jpg'];
  const id = fc.constantFrom(...ids);
  const link = fc
    .tuple(
      fc.constantFrom('', '/', './', '../', '../../'),
      fc.array(fc.constantFrom(...names, '..'), { maxLength: 2 }),
      fc.constantFrom(...names, 'one.md', 'two.markdown'),
    )
    .map(([start, steps, name]) => start + [...steps, name].join('/'));
  const body = fc.array(link, { maxLength: 3 }).map((links) => links.map((one) => `[](${one})`).join(' '));
  const place = fc.record({
    parent: fc.constantFrom(null, ...ids),
    slug: fc.constantFrom(...names),
  });
  const step: fc.Arbitrary<Command> = fc.oneof(
    fc.tuple(id, body).map(([page, text]) => bodySaved(page, text)),
    fc.tuple(id, place).map(([page, to]) => movePage(page, null, to)),
    id.map((page) => ({ ...deletePage(page), isForced: true })),
    id.map(undeletePage),
  );

  interface Page {
    readonly id: string;
    readonly number: number;
    readonly parent: string | null;
    readonly slug: string;
    readonly isDeleted: number;
  }

  /** By paths as texts, and by the URL Standard. */
  function naive({ db }: Installation): ReadonlySet<string> {
    const all = db
      .prepare<[], Page>(
        'SELECT id, number, parent, slug, deleted_position IS NOT NULL AS isDeleted FROM pages WHERE slug IS NOT NULL',
      )
      .all();
    const byId = new Map(all.map((page) => [page.id, page]));
    const pathOf = (page: Page | undefined): string =>
      page === undefined ? '' : `${pathOf(byId.get(page.parent ?? ''))}/${page.slug}`;
    const isGone = (page: Page | undefined): boolean =>
      page !== undefined && (page.isDeleted === 1 || isGone(byId.get(page.parent ?? '')));
    const live = new Map(all.filter((page) => !isGone(page)).map((page) => [pathOf(page), page.id]));
    const targets = db.prepare<[number], string>('SELECT target FROM page_references WHERE page = ?').pluck();
    const found = new Set<string>();
    for (const page of all.filter((one) => !isGone(one))) {
      for (const target of targets.all(page.number)) {
        const { pathname } = new URL(target, `http://site${pathOf(page)}`);
        const leads = [pathname, ...[/\.md$/, /\.markdown$/].map((end) => pathname.replace(end, ''))];
        const to = leads.find((path) => live.has(path));
        if (to !== undefined) found.add(`${page.id} → ${live.get(to)}`);
      }
    }
    return found;
  }

  it('their links are found from both ends, as an address leads in a browser', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
        const installation = openInstallation();
        for (const [index, page] of ids.entries())
          installation.accept(
            documentWith(page, '', { slug: `${names[index % 4] ?? ''}${index < 4 ? '' : index}` }),
          );
        for (const one of steps) installation.submit(one);
        const expected = naive(installation);
        const { db } = installation;
        const isGone = db.prepare<[string]>(
          'SELECT 1 FROM pages WHERE id = ? AND deleted_position IS NOT NULL',
        );
        const live = new Set([...expected].map((pair) => pair.split(' ')[0]));
        const found = ids
          .filter((target) => !isGone.get(target))
          .flatMap((target) => referrersOf(installation, target).map((from) => `${from} → ${target}`));
        // What hangs beneath a deleted page is left out by those who ask.
        expect(new Set(found.filter((pair) => live.has(pair.split(' ')[0])))).toEqual(expected);
        installation.finish();
      }),
      { numRuns: 60 },
    );
  });
});
