import type { Command } from '../../src/commands/index.js';
import type { Rights } from '../../src/access/rights.js';
import { referenceFinders } from '../../src/projections/referrers.js';
import { deletePage, movePage, publishPage, restorePage, unpublishPage } from '../support/commands.js';
import { given } from '../support/given.js';
import { assetAt, bodySaved, documentWith } from '../support/linking.js';

/** `/part` with a page and a picture, and `/other` with a picture. */
const site = [
  documentWith('part', ''),
  documentWith('page', '![](own.png) ![](/other/far.png) ![](later.png) [](/part)', { parent: 'part' }),
  assetAt('own', { parent: 'part', slug: 'own.png' }),
  documentWith('other', ''),
  assetAt('far', { parent: 'other', slug: 'far.png' }),
];
const later = assetAt('later', { parent: 'part', slug: 'later.png' });
const publisherOf = (anchor: string): Rights => ({ held: [{ role: 'publisher', anchor }] });

const published = (version: number, ...shows: readonly string[]) => [
  { stream: 'page', type: 'PagePublished', data: { version, ...(shows.length > 0 && { shows }) } } as const,
];

describe('a page is published with the assets to which links in it lead', () => {
  it('that are there, each once, and are no pages', () => {
    given(...site, bodySaved('page', '![](own.png) ![](../part/own.png) ![](/other/far.png) [](/part)'))
      .when(publishPage('page'))
      .then(published(2, 'far', 'own'));
  });

  it('and of which the publisher sees all', () => {
    given(...site)
      .when(publishPage('page'), { rights: publisherOf('part') })
      .then(published(1, 'own'));
    given(...site)
      .when(publishPage('page'), { rights: publisherOf('page') })
      .then(published(1));
    const rights = { held: [...publisherOf('part').held, { role: 'viewer', anchor: null }] } as const;
    given(...site)
      .when(publishPage('page'), { rights })
      .then(published(1, 'own'));
  });

  it('again, when there are more of them by now', () => {
    given(...site, publishPage('page'), later)
      .when(publishPage('page'))
      .then(published(1, 'far', 'later', 'own'));
    given(...site, publishPage('page'), later, publishPage('page'))
      .when(publishPage('page'))
      .then([]);
    given(...site, publishPage('page'))
      .when(publishPage('page'), { rights: publisherOf('part') })
      .then([]);
  });

  it('in an older version', () => {
    given(...site, bodySaved('page', '![](later.png)'), later)
      .when(publishPage('page', 1))
      .then(published(1, 'far', 'later', 'own'));
  });

  it('in a version that was restored', () => {
    given(...site, bodySaved('page', ''), restorePage('page', null, 1))
      .when(publishPage('page'))
      .then(published(3, 'far', 'own'));
  });

  it('and not with such as are deleted', () => {
    given(...site, { ...deletePage('own'), isForced: true })
      .when(publishPage('page'))
      .then(published(1, 'far'));
  });
});

describe('an asset that a link has shown', () => {
  const isShown = (...history: readonly Command[]): readonly boolean[] => {
    const { installation } = given(...site, ...history).when([]);
    const { isShown: asked } = referenceFinders(installation.db);
    return ['own', 'far', 'later'].map(asked);
  };

  it('is shown by what was published, wherever things go', () => {
    expect(isShown()).toEqual([false, false, false]);
    expect(isShown(publishPage('page'))).toEqual([true, true, false]);
    expect(isShown(publishPage('page'), later)).toEqual([true, true, false]);
    expect(isShown(publishPage('page'), movePage('own', null, { parent: 'other' }))).toEqual([
      true,
      true,
      false,
    ]);
    expect(isShown(publishPage('page'), bodySaved('page', ''))).toEqual([true, true, false]);
  });

  it('is so no more when that is published no more', () => {
    expect(isShown(publishPage('page'), unpublishPage('page'))).toEqual([false, false, false]);
    expect(isShown(publishPage('page'), bodySaved('page', '![](own.png)'), publishPage('page'))).toEqual([
      true,
      false,
      false,
    ]);
    expect(isShown(publishPage('page'), deletePage('page'))).toEqual([false, false, false]);
  });

  it('is not shown to anybody by a page that only moves to where its links lead to it', () => {
    const sneaking = documentWith('sneaking', '![](../other/far.png)', { parent: 'page' });
    const moved = movePage('sneaking', null, { parent: 'part' });
    expect(isShown(sneaking, publishPage('sneaking'), moved)).toEqual([false, false, false]);
  });
});
