import { Refusal } from '../../refusal.js';
import { pageId } from '../openapi/describe.js';
import { isEmpty } from '../edge/sent.js';
import { pageWrite } from '../routing/write-route.js';
import { envelopeWritten, expectedOf, pageOf } from './of-one-page.js';

export const deletePage = pageWrite({
  operationId: 'deletePage',
  summary: 'Delete a page and all beneath it',
  method: 'DELETE',
  path: '/pages/:id',
  permission: 'delete',
  params: [pageId],
  status: 204,
  needs: ['If-Match'],
  takes: ['Comment'],
  refusals: [404, 409],
  readOne: (sent) => {
    if (!isEmpty(sent.body)) throw new Refusal('malformed-request', 'DELETE takes no body');
    return {
      command: { kind: 'delete-page', page: pageOf(sent), expected: expectedOf(sent) },
      comment: sent.head.comment,
    };
  },
  answerOne: envelopeWritten,
});
