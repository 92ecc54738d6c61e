import { FindPage } from '../../queries/find-page.js';
import { Refusal } from '../../refusal.js';
import { pageId } from '../openapi/describe.js';
import { versionAnswer } from './page-answer.js';
import { PageVersion } from './page-answer-shapes.js';
import { readRoute } from '../routing/read-route.js';
import { idOf } from '../edge/sent.js';
import { AsOfQuery, momentOf } from '../edge/read-query.js';
import { readQuery } from '../edge/shape.js';
import { thatPage } from './find-page.js';

const versionNumber = {
  name: 'version',
  schema: { type: 'integer', minimum: 1 },
  description: 'A content version',
};

export const findVersion = readRoute({
  operationId: 'findVersion',
  summary: 'A version of a page, which never changes',
  description: 'A cache asks each time whether it still holds, by its ETag: it may have been erased.',
  path: '/pages/:id/versions/:version',
  permission: 'read',
  params: [pageId, versionNumber],
  query: AsOfQuery,
  answer: PageVersion,
  shows: 'content',
  refusals: ['not-found', 'version-not-found', 'purged'],
  ask: (asked) => {
    const schemaVersion = asked.schemaVersion();
    const then = momentOf(readQuery(AsOfQuery, asked.query).asOf);
    const { version = '' } = asked.params;
    if (!/^[1-9]\d{0,8}$/.test(version))
      throw new Refusal('version-not-found', `there is no version ${version}`);
    return new FindPage(idOf(asked), asked.access, schemaVersion, { version: Number(version), ...then });
  },
  first: thatPage,
  show: (page, { access }) => versionAnswer(page, access),
});
