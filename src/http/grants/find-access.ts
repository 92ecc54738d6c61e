import { FindAccess } from '../../queries/find-access.js';
import { jsonAnswer } from '../edge/send.js';
import { idOf } from '../edge/sent.js';
import { readQuery } from '../edge/shape.js';
import { pageId } from '../openapi/describe.js';
import { thatPage } from '../pages/find-page.js';
import { AsOfQuery, momentOf } from '../edge/read-query.js';
import { readRoute } from '../routing/read-route.js';
import { PageAccess } from './grant-answer-shapes.js';

export const findAccess = readRoute({
  operationId: 'findAccess',
  summary: 'Who may do what with a page, through which grant',
  description: 'Now, or as it was (`asOf`). For those who administer the page.',
  path: '/pages/:id/access',
  permission: 'administer',
  params: [pageId],
  query: AsOfQuery,
  answer: PageAccess,
  ask: (asked) =>
    new FindAccess(idOf(asked), asked.access, momentOf(readQuery(AsOfQuery, asked.query).asOf).asOf),
  first: thatPage,
  show: ({ isProtected, items }) => jsonAnswer({ protected: isProtected, items }),
});
