import { listName } from '../../queries/cursor.js';
import { ListTokens } from '../../queries/list-tokens.js';
import { readRoute } from '../routing/read-route.js';
import { ListQuery, defaultLimit } from '../edge/read-query.js';
import { jsonAnswer } from '../edge/send.js';
import { readQuery } from '../edge/shape.js';
import { TokenList } from './token-answer-shapes.js';

export const listTokens = readRoute({
  operationId: 'listTokens',
  summary: 'Tokens, without their secrets',
  description:
    'Those that are not revoked, and no session of a person that is over, in the order in which they were issued; of a part of the site those that are for no other.',
  path: '/tokens',
  permission: 'administer',
  query: ListQuery,
  answer: TokenList,
  ask: ({ access, query }) => {
    const { limit = defaultLimit, cursor } = readQuery(ListQuery, query);
    return new ListTokens(access, { list: listName('tokens'), limit, cursor }, Date.now());
  },
  show: ({ items, next }) => jsonAnswer({ items, next }),
});
