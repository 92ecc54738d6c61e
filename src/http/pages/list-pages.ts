import { listName } from '../../queries/cursor.js';
import { ListPages } from '../../queries/list-pages.js';
import { readFields } from '../../queries/pick-fields.js';
import { summaryOf } from './page-answer.js';
import { pagesAnswer } from './pages-answer.js';
import { PageList } from './page-answer-shapes.js';
import { readRoute } from '../routing/read-route.js';
import { defaultLimit, momentOf } from '../edge/read-query.js';
import { PagesQuery, sortOf, timeOf, uuidsOf } from './page-queries.js';
import { readQuery } from '../edge/shape.js';

export const listPages = readRoute({
  operationId: 'listPages',
  summary: 'Pages, in the order of their creation or sorted, with the fields that are wanted',
  description:
    'What readers see of a list is what is published. A list has an ETag: the position that last changed anything that the asker sees in any.',
  path: '/pages',
  permission: 'read',
  weight: 5,
  query: PagesQuery,
  takes: ['Schema-Version'],
  tells: ['Schema-Version'],
  answer: PageList,
  shows: 'pages',
  refusals: ['not-found'],
  ask: (asked) => {
    const { limit = defaultLimit, cursor, count, ...chosen } = readQuery(PagesQuery, asked.query);
    const { asOf, sort, fields, ids, updatedAfter, updatedBefore, ...filter } = chosen;
    const schemaVersion = asked.schemaVersion();
    const part = { list: listName('pages', chosen), limit, cursor };
    return new ListPages(
      asked.access,
      {
        ...filter,
        ...(ids !== undefined && { ids: uuidsOf(ids) }),
        ...(updatedAfter !== undefined && { updatedAfter: timeOf('updatedAfter', updatedAfter) }),
        ...(updatedBefore !== undefined && { updatedBefore: timeOf('updatedBefore', updatedBefore) }),
      },
      part,
      {
        ...momentOf(asOf),
        ...(sort !== undefined && { sort: sortOf(sort) }),
        ...(fields !== undefined && { contents: { fields: readFields(fields), schemaVersion } }),
        isCounted: count === true,
      },
    );
  },
  show: ({ items, next, count, changedPosition }, { access, schemaVersion }) => {
    const shown = items.map(({ view, content }) => {
      const summary = JSON.stringify(summaryOf(view, access));
      return content === undefined ? summary : `${summary.slice(0, -1)},"content":${content}}`;
    });
    const counted = count === undefined ? '' : `,"count":${count}`;
    const body = `{"items":[${shown.join(',')}],"next":${JSON.stringify(next)}${counted}}`;
    return pagesAnswer(body, access, {
      changedPosition,
      surrogateKey: 'list',
      schemaVersion: schemaVersion(),
    });
  },
});
