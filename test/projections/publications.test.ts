import {
  append,
  pageCreated,
  pageDeleted,
  pagePublished,
  pageSaved,
  pageUndeleted,
  pageUnpublished,
} from '../support/append.js';
import { openInstallation } from '../support/installation.js';

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
