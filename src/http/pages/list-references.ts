import type { Access } from '../../access/access.js';
import { listName, type Items } from '../../queries/cursor.js';
import { ListReferences } from '../../queries/list-references.js';
import { ListReferrers } from '../../queries/list-referrers.js';
import { pageId } from '../openapi/describe.js';
import type { Answer } from '../edge/problem.js';
import { idOf } from '../edge/sent.js';
import { listAnswer } from '../edge/send.js';
import { readQuery } from '../edge/shape.js';
import { readRoute, type Asked } from '../routing/read-route.js';
import { thatPage } from './find-page.js';
import { vary } from './page-answer.js';
import { ListQuery, defaultLimit } from '../edge/read-query.js';
import { ReferenceList, ReferrerList } from './reference-answer-shapes.js';

export const listReferences = readRoute({
  operationId: 'listReferences',
  summary: 'What a page refers to',
  description:
    'The pages and assets whose ids stand in fields that are declared for them (`x-reference` in the schema of its type), and those to which links in Markdown lead, in the order of the document that you see at your schema version. How they are now: there is no `asOf`.',
  path: '/pages/:id/references',
  permission: 'read',
  weight: 5,
  params: [pageId],
  query: ListQuery,
  takes: ['Schema-Version', 'User-Token'],
  tells: ['Schema-Version'],
  answer: ReferenceList,
  shows: 'list',
  refusals: ['not-found', 'purged'],
  ask: (asked) => {
    const { limit = defaultLimit, cursor } = readQuery(ListQuery, asked.query);
    return new ListReferences(idOf(asked), asked.access, asked.schemaVersion(), { limit, cursor });
  },
  first: thatPage,
  show: (found, { access, schemaVersion }) =>
    privateAnswer(found, access, { 'schema-version': String(schemaVersion()) }),
});

export const listReferrers = readRoute({
  operationId: 'listReferrers',
  summary: 'Which pages refer to a page',
  description:
    'Those that you see, in a version that you see, in the order of their creation; whatever the schema version, as found at the current one. How they are now: there is no `asOf`.',
  path: '/pages/:id/referrers',
  permission: 'read',
  weight: 5,
  params: [pageId],
  query: ListQuery,
  takes: ['User-Token'],
  answer: ReferrerList,
  shows: 'list',
  refusals: ['not-found'],
  ask: (asked) => referrersAsked(asked, 'page'),
  first: thatPage,
  show: (found, { access }) => referrersAnswer(found, access),
});

export function referrersAsked(asked: Asked, kind: ListReferrers['kind']): ListReferrers {
  const { limit = defaultLimit, cursor } = readQuery(ListQuery, asked.query);
  const id = idOf(asked);
  return new ListReferrers(id, asked.access, { list: listName('referrers', { id }), limit, cursor }, kind);
}

/** A list of referrers, of whatever. */
export function referrersAnswer(found: Items<object>, access: Access): Answer {
  return privateAnswer(found, access, {});
}

/** What may name protected pages is kept by nobody. */
function privateAnswer(found: Items<object>, { isViewer }: Access, headers: Answer['headers']): Answer {
  const answer = listAnswer(found);
  const kept = isViewer ? { 'cache-control': 'private, no-store' } : {};
  return { ...answer, headers: { ...answer.headers, vary, ...kept, ...headers } };
}
