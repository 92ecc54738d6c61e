import { listName } from '../../queries/cursor.js';
import { ListGrants } from '../../queries/list-grants.js';
import { listAnswer } from '../edge/send.js';
import { readQuery } from '../edge/shape.js';
import { AsOfListQuery, defaultLimit, momentOf } from '../edge/read-query.js';
import { readRoute } from '../routing/read-route.js';
import { GrantList } from './grant-answer-shapes.js';

export const listGrants = readRoute({
  operationId: 'listGrants',
  summary: 'Who may do what, from which page downwards',
  description:
    'Grants that are good, or were so (`asOf`), in the order in which they were given; of a part of the site those that begin in it.',
  path: '/grants',
  permission: 'administer',
  query: AsOfListQuery,
  answer: GrantList,
  shows: 'list',
  ask: ({ access, query }) => {
    const { limit = defaultLimit, cursor, asOf } = readQuery(AsOfListQuery, query);
    return new ListGrants(access, { list: listName('grants', { asOf }), limit, cursor }, momentOf(asOf).asOf);
  },
  show: (found) => listAnswer(found),
});
