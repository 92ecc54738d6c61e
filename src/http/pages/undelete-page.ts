import { CommentBody, commentExamples } from '../edge/commented-body.js';
import { jsonBody } from '../openapi/described-bodies.js';
import { membersOf, idOf } from '../edge/sent.js';
import { readShape } from '../edge/shape.js';
import { pageWrite } from '../routing/write-route.js';
import { ofOnePage, ofPlaces } from './of-one-page.js';

export const undeletePage = pageWrite({
  ...ofOnePage,
  operationId: 'undeletePage',
  summary: 'Bring a deleted page back as it was',
  description: 'With its place, its order and its published version, and with all that was deleted with it.',
  method: 'POST',
  path: '/pages/:id/undelete',
  command: 'undelete-page',
  body: jsonBody(CommentBody, commentExamples, false),
  models: [CommentBody],
  refusals: [...ofOnePage.refusals, ...ofPlaces, 'page-not-deleted'],
  readOne: (sent) => {
    const { comment } = readShape(CommentBody, membersOf(sent), 'body');
    return { command: { kind: 'undelete-page', page: idOf(sent) }, comment };
  },
});
