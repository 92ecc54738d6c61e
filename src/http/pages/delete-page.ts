import type { Access } from '../../access/access.js';
import type { Result } from '../../commands/result.js';
import { getSchemaPath } from '../openapi/api-decorators.js';
import { pageId } from '../openapi/describe.js';
import { headersNamed, ofBody, ofSunset } from '../openapi/described-headers.js';
import type { Answer } from '../edge/problem.js';
import { jsonAnswer } from '../edge/send.js';
import { requireNoBody, idOf } from '../edge/sent.js';
import { DeleteQuery } from '../edge/write-query.js';
import { pageWrite } from '../routing/write-route.js';
import { envelopeWritten, expectedOf, ofOnePage } from './of-one-page.js';
import { TellingReferrer, TellingReferrers } from './reference-answer-shapes.js';

export const deletePage = pageWrite({
  operationId: 'deletePage',
  summary: 'Delete a page and all beneath it',
  description:
    'Readers do not find it any more; editors find it by `GET /pages?deleted=true`, and can undelete it. Where pages elsewhere refer to it, or to what is beneath it, it is refused (`referenced`) unless `force=true` says that they may; `dryRun=true` lists them.',
  method: 'DELETE',
  path: '/pages/:id',
  command: 'delete-page',
  params: [pageId],
  query: DeleteQuery,
  status: 204,
  alsoAnswers: [
    {
      status: 200,
      description: 'To a dry run: what refers to it, and would have it refused',
      headers: headersNamed([...ofBody, ...ofSunset]),
      content: { 'application/json': { schema: { $ref: getSchemaPath(TellingReferrers) } } },
    },
  ],
  models: [TellingReferrer, TellingReferrers],
  needs: ['If-Match'],
  takes: ['Schema-Version'],
  refusals: [...ofOnePage.refusals, 'referenced', 'too-much-work'],
  readOne: (sent) => {
    requireNoBody(sent);
    const { force = false } = sent.query as DeleteQuery;
    return {
      command: { kind: 'delete-page', page: idOf(sent), expected: expectedOf(sent), isForced: force },
    };
  },
  answerOne,
});

function answerOne(result: Result, access: Access): Answer {
  const isTold = result.kind === 'page-deleted' && result.referrers !== undefined;
  return isTold ? jsonAnswer(result.referrers) : envelopeWritten(result, access);
}
