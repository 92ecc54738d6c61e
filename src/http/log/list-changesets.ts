import { listName } from '../../queries/cursor.js';
import { FindChangeset, ListChangesets } from '../../queries/list-changesets.js';
import { Changeset, ChangesetList } from './log-answer-shapes.js';
import { readRoute } from '../routing/read-route.js';
import { idOf } from '../edge/sent.js';
import { defaultLimit } from '../edge/read-query.js';
import { ChangesetsQuery } from './log-queries.js';
import { jsonAnswer, listAnswer } from '../edge/send.js';
import { readQuery, requireNoQuery } from '../edge/shape.js';

export const listChangesets = readRoute({
  operationId: 'listChangesets',
  summary: 'Commands, batches and imported commits, in order',
  description: 'A batch and an imported commit are one change set each; so is every other write.',
  path: '/changesets',
  permission: 'history',
  weight: 5,
  query: ChangesetsQuery,
  answer: ChangesetList,
  shows: 'list',
  ask: ({ access, query }) => {
    const { after = 0, limit = defaultLimit, cursor } = readQuery(ChangesetsQuery, query);
    return new ListChangesets(access, after, { list: listName('changesets'), limit, cursor });
  },
  show: (found) => listAnswer(found),
});

export const findChangeset = readRoute({
  operationId: 'findChangeset',
  summary: 'A change set',
  description: 'Who wrote it, when, and which events it brought.',
  path: '/changesets/:id',
  permission: 'history',
  params: [{ name: 'id', schema: { type: 'string', format: 'uuid' }, description: 'The change set' }],
  answer: Changeset,
  ask: (asked) => {
    requireNoQuery(asked.query);
    return new FindChangeset(asked.access, idOf(asked));
  },
  show: ({ changeset }) => jsonAnswer(changeset),
});
