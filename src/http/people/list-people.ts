import { listName } from '../../queries/cursor.js';
import { ListPeople } from '../../queries/list-people.js';
import { listAnswer } from '../edge/send.js';
import { readQuery } from '../edge/shape.js';
import { ListQuery, defaultLimit } from '../edge/read-query.js';
import { readRoute } from '../routing/read-route.js';
import { PersonList } from './person-answer-shapes.js';

export const listPeople = readRoute({
  operationId: 'listPeople',
  summary: 'People who have come with a token of an issuer, and who is blocked',
  description: 'In the order in which they were first heard of. For those who administer the whole site.',
  path: '/people',
  permission: 'administer',
  query: ListQuery,
  answer: PersonList,
  shows: 'list',
  ask: ({ access, query }) => {
    const { limit = defaultLimit, cursor } = readQuery(ListQuery, query);
    return new ListPeople(access, { list: listName('people'), limit, cursor });
  },
  show: (found) => listAnswer(found),
});
