import { referenceFinders } from '../../src/projections/references.js';
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

test('Where no type refers to anything nothing is prepared, parsed or written', () => {
  const installation = openInstallation();
  installation.accept(createPage(a, {}, { document: sent({ title: one }) }));
  installation.accept(publishPage(a));
  expect(rows(installation)).toEqual({});
});
