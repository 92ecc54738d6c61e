import { listName } from '../../queries/cursor.js';
import { ListPages } from '../../queries/list-pages.js';
import { summaryOf } from './page-answer.js';
import { PageList } from './page-answer-shapes.js';
import { readRoute } from '../routing/read-route.js';
import { defaultLimit, momentOf, PagesQuery } from './read-shapes.js';
import { jsonAnswer } from '../edge/send.js';
import { readQuery } from '../edge/shape.js';

export const listPages = readRoute({
  operationId: 'listPages',
  summary: 'Pages in the order of their creation',
  path: '/pages',
  permission: 'read',
  weight: 5,
  query: PagesQuery,
  answer: PageList,
  refusals: ['not-found'],
  ask: ({ access, query }) => {
    const { limit = defaultLimit, cursor, asOf, ...filter } = readQuery(PagesQuery, query);
    const part = { list: listName('pages', { ...filter, asOf }), limit, cursor };
    return new ListPages(access, { ...filter, ...momentOf(asOf) }, part);
  },
  show: ({ items, next }, { access }) =>
    jsonAnswer({ items: items.map((page) => summaryOf(page, access)), next }),
});
