import { CommentBody, commentExamples } from '../edge/commented-body.js';
import { jsonBody } from '../openapi/described-bodies.js';
import { membersOf, idOf } from '../edge/sent.js';
import { readShape } from '../edge/shape.js';
import { pageWrite } from '../routing/write-route.js';
import { ofOnePage } from './of-one-page.js';

export const unpublishPage = pageWrite({
  ...ofOnePage,
  operationId: 'unpublishPage',
  summary: 'Show the page to readers no longer',
  description: 'The pages beneath it stay published.',
  method: 'POST',
  path: '/pages/:id/unpublish',
  command: 'unpublish-page',
  body: jsonBody(CommentBody, commentExamples, false),
  models: [CommentBody],
  readOne: (sent) => {
    const { comment } = readShape(CommentBody, membersOf(sent), 'body');
    return { command: { kind: 'unpublish-page', page: idOf(sent) }, comment };
  },
});
