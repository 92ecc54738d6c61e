import { pageId } from '../openapi/describe.js';
import { requireNoBody, idOf } from '../edge/sent.js';
import { pageWrite } from '../routing/write-route.js';
import { envelopeWritten, expectedOf, ofOnePage } from './of-one-page.js';

export const deletePage = pageWrite({
  operationId: 'deletePage',
  summary: 'Delete a page and all beneath it',
  description:
    'Readers do not find it any more; editors find it by `GET /pages?deleted=true`, and can undelete it.',
  method: 'DELETE',
  path: '/pages/:id',
  command: 'delete-page',
  params: [pageId],
  status: 204,
  needs: ['If-Match'],
  takes: ['Schema-Version', 'Comment'],
  refusals: ofOnePage.refusals,
  readOne: (sent) => {
    requireNoBody(sent);
    return {
      command: { kind: 'delete-page', page: idOf(sent), expected: expectedOf(sent) },
      comment: sent.head.comment,
    };
  },
  answerOne: envelopeWritten,
});
