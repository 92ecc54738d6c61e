import { listName } from '../../queries/cursor.js';
import { ListVersions } from '../../queries/list-versions.js';
import { pageId } from '../openapi/describe.js';
import { VersionList } from './history-answer-shapes.js';
import { readRoute, type Asked } from '../routing/read-route.js';
import { idOf } from '../edge/sent.js';
import { AsOfListQuery, defaultLimit, momentOf } from '../edge/read-query.js';
import { listAnswer } from '../edge/send.js';
import { readQuery } from '../edge/shape.js';
import { thatPage } from './find-page.js';

export const listVersions = readRoute({
  operationId: 'listVersions',
  summary: 'The versions of a page, newest first',
  description: 'Without their content: when, by whom, and what was said of each.',
  path: '/pages/:id/versions',
  permission: 'read',
  weight: 5,
  params: [pageId],
  query: AsOfListQuery,
  answer: VersionList,
  shows: 'list',
  refusals: ['not-found'],
  ask: (asked) => versionsAsked(asked),
  first: thatPage,
  show: (found) => listAnswer(found),
});

/** @param type of what type the page has to be. */
export function versionsAsked(asked: Asked, type?: string): ListVersions {
  const { limit = defaultLimit, cursor, asOf } = readQuery(AsOfListQuery, asked.query);
  const id = idOf(asked);
  const part = { list: listName('versions', { id, asOf }), limit, cursor };
  return new ListVersions(id, asked.access, part, momentOf(asOf).asOf, type);
}
