import {
  append,
  pageCreated,
  pageDeleted,
  pagePublished,
  pageSaved,
  pageUndeleted,
  pageUnpublished,
} from '../support/append.js';
import { changedPageFinder } from '../../src/queries/found-page.js';
import { publishPage, unpublishPage, createPage, savePage } from '../support/commands.js';
import { openInstallation, tess } from '../support/installation.js';

it('the publications are spans of positions, which a deletion does not end', () => {
  const installation = openInstallation();
  append(installation, [
    pageCreated('a', null),
    pageUnpublished('a'),
    pagePublished('a', 1),
    pageSaved('a', 2, { title: 'new' }),
    pagePublished('a', 2),
    pageUnpublished('a'),
    pageCreated('b', null, { rank: 'a1' }),
    pagePublished('b', 1),
    pagePublished('a', 1),
    pageDeleted('a'),
    pageUndeleted('a'),
  ]);
  expect(
    installation.db.prepare('SELECT page, from_position, to_position, version FROM publications').raw().all(),
  ).toEqual([
    [1, 3, 5, 1],
    [1, 5, 6, 2],
    [1, 9, null, 1],
    [2, 8, null, 1],
  ]);
});

it('a page says when it was published, first and as it is now, and by whom', () => {
  const { db, accept } = openInstallation();
  const said = () => {
    const view = changedPageFinder(db)('p', { at: '', by: tess })?.view;
    return [view?.publishedAt, view?.publishedBy?.name, view?.firstPublishedAt];
  };
  const at = (day: number): string => `2026-05-0${day}T00:00:00.000Z`;
  const ann = { ...tess, name: 'Ann' };
  accept(createPage('p'), { at: at(1) });
  expect(said()).toEqual([null, undefined, null]);
  accept(publishPage('p'), { at: at(2) });
  expect(said()).toEqual([at(2), 'Tess', at(2)]);
  accept([savePage('p', 1, { title: 'new' }), publishPage('p')], { at: at(3), by: ann });
  expect(said()).toEqual([at(3), 'Ann', at(2)]);
  accept(unpublishPage('p'), { at: at(4) });
  expect(said()).toEqual([null, undefined, at(2)]);
});
