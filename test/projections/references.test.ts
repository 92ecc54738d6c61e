import fc from 'fast-check';
import type { Command } from '../../src/commands/index.js';
import { pageFinders } from '../../src/projections/page-states.js';
import { referenceFinders } from '../../src/projections/referrers.js';
import { storedVersionFinder } from '../../src/projections/stored-versions.js';
import { viewAt } from '../../src/schema/views.js';
import {
  createChunk,
  createPage,
  deletePage,
  publishPage,
  restorePage,
  sent,
  undeletePage,
  unpublishPage,
} from '../support/commands.js';
import { idNumber } from '../support/ids.js';
import { openInstallation, type Installation } from '../support/installation.js';
import { pageWith, referring, saveWith } from '../support/referring.js';

const [a, b] = [idNumber(0xa), idNumber(0xb)];
const [one, two, three] = [idNumber(1), idNumber(2), idNumber(3)];

const open = (): Installation => openInstallation(':memory:', referring);
/** Of the page that was created first: targets with `l` where the newest version refers to them, `p` where the published one does. */
function rows({ db }: Installation, number = 1): Readonly<Record<string, string>> {
  const found = db
    .prepare<[number], { target: string; l: number; p: number }>(
      'SELECT target, in_latest AS l, in_published AS p FROM page_references WHERE page = ?',
    )
    .all(number);
  return Object.fromEntries(
    found.map(({ target, l, p }) => [target, `${l === 1 ? 'l' : ''}${p === 1 ? 'p' : ''}`]),
  );
}

describe('what a page refers to', () => {
  it('is what its newest version, and the one that is published, refer to', () => {
    const installation = open();
    installation.accept(pageWith(a, { photo: one, related: b }));
    expect(rows(installation)).toEqual({ [one]: 'l', [b]: 'l' });
    installation.accept(publishPage(a));
    expect(rows(installation)).toEqual({ [one]: 'lp', [b]: 'lp' });
    installation.accept(saveWith(a, { photo: two, related: b }));
    expect(rows(installation)).toEqual({ [one]: 'p', [two]: 'l', [b]: 'lp' });
    installation.accept(publishPage(a));
    expect(rows(installation)).toEqual({ [two]: 'lp', [b]: 'lp' });
    installation.accept(publishPage(a, 1));
    expect(rows(installation)).toEqual({ [one]: 'p', [two]: 'l', [b]: 'lp' });
    installation.accept(unpublishPage(a));
    expect(rows(installation)).toEqual({ [two]: 'l', [b]: 'l' });
    installation.accept(restorePage(a, null, 1));
    expect(rows(installation)).toEqual({ [one]: 'l', [b]: 'l' });
    installation.accept(saveWith(a, {}));
    expect(rows(installation)).toEqual({});
  });

  it('is found in the newest view of what a client below has saved, which leaves what it does not see', () => {
    const installation = open();
    const figure = { _type: 'figure', _id: 'f', of: three };
    installation.accept(pageWith(a, { photo: one, related: b, body: [figure] }));
    installation.accept(publishPage(a));
    installation.accept(saveWith(a, { picture: two, body: [] }, 1));
    expect(rows(installation)).toEqual({ [one]: 'p', [two]: 'l', [b]: 'lp', [three]: 'lp' });
    installation.accept(publishPage(a));
    installation.accept(saveWith(a, { photo: one }));
    installation.accept(restorePage(a, null, 2));
    expect(rows(installation)).toEqual({ [two]: 'lp', [b]: 'lp', [three]: 'lp' });
    installation.accept(publishPage(a, 1));
    expect(rows(installation)).toEqual({ [one]: 'p', [two]: 'l', [b]: 'lp', [three]: 'lp' });
  });

  it('is found in what a client below has created', () => {
    const installation = open();
    installation.accept(pageWith(a, { picture: one }, { schemaVersion: 1 }));
    expect(rows(installation)).toEqual({ [one]: 'l' });
    installation.accept(publishPage(a));
    installation.accept(saveWith(a, { picture: two }, 1));
    expect(rows(installation)).toEqual({ [one]: 'p', [two]: 'l' });
  });

  it('is nothing where its type has no such field', () => {
    const installation = open();
    installation.accept(
      createChunk(a, { type: 'plain', schemaVersion: 2, document: sent({ photo: one, related: b }) }),
    );
    installation.accept(saveWith(a, { photo: two }));
    installation.accept(publishPage(a, 1));
    installation.accept(restorePage(a, null, 1));
    expect(rows(installation)).toEqual({});
  });

  it('is kept while it is deleted', () => {
    const installation = open();
    installation.accept(pageWith(a, { photo: one }));
    installation.accept(deletePage(a));
    expect(rows(installation)).toEqual({ [one]: 'l' });
  });
});

describe('an asset is shown', () => {
  const shows = ({ db }: Installation, target: string) => referenceFinders(db).isShown(target);

  it('while a page is published that refers to it, and is not deleted, nor any page above it', () => {
    const installation = open();
    installation.accept(pageWith(a, {}));
    installation.accept(pageWith(b, { photo: one }, { parent: a }));
    expect(shows(installation, one)).toBe(false);
    installation.accept(publishPage(b));
    expect(shows(installation, one)).toBe(true);
    installation.accept(deletePage(a));
    expect(shows(installation, one)).toBe(false);
    installation.accept(undeletePage(a));
    expect(shows(installation, one)).toBe(true);
    installation.accept(deletePage(b));
    expect(shows(installation, one)).toBe(false);
    installation.accept(undeletePage(b));
    installation.accept(saveWith(b, {}));
    expect(shows(installation, one)).toBe(true);
    installation.accept(publishPage(b));
    expect(shows(installation, one)).toBe(false);
  });
});

test('Where no type refers to anything nothing is written', () => {
  const installation = openInstallation();
  installation.accept(createPage(a, {}, { document: sent({ title: one }) }));
  installation.accept(publishPage(a));
  expect(rows(installation)).toEqual({});
});

describe('whatever happens to pages', () => {
  const ids = [1, 2, 3].map((number) => idNumber(0xa0 + number));
  const target = fc.constantFrom(...ids, idNumber(1), idNumber(2));
  const content = fc.oneof(
    fc.record({ photo: target, related: target }, { requiredKeys: [] }),
    fc.record({ body: fc.array(target, { maxLength: 2 }).map(figures) }),
  );
  const older = fc.record({ picture: target, title: fc.constantFrom('a', 'b') }, { requiredKeys: [] });
  const step = fc.record({
    page: fc.constantFrom(...ids),
    version: fc.integer({ min: 1, max: 6 }),
    content,
    older,
    what: fc.constantFrom('save', 'save below', 'publish', 'unpublish', 'restore', 'delete', 'undelete'),
  });

  function figures(of: readonly string[]): readonly object[] {
    return of.map((one, index) => ({ _type: 'figure', _id: `f${index}`, of: one }));
  }

  function commandOf({ page, version, content, older, what }: StepOf<typeof step>): Command {
    switch (what) {
      case 'save':
        return saveWith(page, content);
      case 'save below':
        return saveWith(page, older, 1);
      case 'publish':
        return publishPage(page, version);
      case 'unpublish':
        return unpublishPage(page);
      case 'restore':
        return restorePage(page, null, version);
      case 'delete':
        return { ...deletePage(page), isForced: true };
      default:
        return undeletePage(page);
    }
  }

  /** What is found by looking at the versions themselves. */
  function naive({ db }: Installation, page: string): Readonly<Record<string, string>> {
    const { number, contentVersion, publishedVersion } = pageFinders(db).page(page) ?? {};
    const found: Record<string, string> = {};
    const look = (version: number | null | undefined, mark: string): void => {
      if (typeof version !== 'number') return;
      const stored = storedVersionFinder(db)({ number: number ?? 0, type: 'page' }, version);
      const text = JSON.stringify(viewAt(referring, stored, referring.finalized));
      const { photo, related, body } = JSON.parse(text) as Readonly<Record<string, unknown>>;
      const blocks = ((body ?? []) as readonly { readonly of?: string }[]).map(({ of }) => of);
      for (const one of new Set([photo, related, ...blocks]))
        if (typeof one === 'string') found[one] = (found[one] ?? '') + mark;
    };
    look(contentVersion, 'l');
    look(publishedVersion, 'p');
    return found;
  }

  it('they are those that their newest and published versions refer to, as these look by now', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 25 }), (steps) => {
        const installation = open();
        for (const id of ids) installation.accept(pageWith(id, { photo: idNumber(1) }));
        for (const one of steps) installation.submit(commandOf(one));
        for (const [index, id] of ids.entries())
          expect(rows(installation, index + 1)).toEqual(naive(installation, id));
        installation.finish();
      }),
      { numRuns: 40 },
    );
  });
});

type StepOf<A> = A extends fc.Arbitrary<infer T> ? T : never;
