import { CommentBody, commentExamples } from '../commented-body.js';
import { jsonBody } from '../described-bodies.js';
import { membersOf } from '../sent.js';
import { readShape } from '../shape.js';
import { pageWrite } from '../write-route.js';
import { ofOnePage, pageOf } from './of-one-page.js';

export const unpublishPage = pageWrite({
  ...ofOnePage,
  operationId: 'unpublishPage',
  summary: 'Show the page to readers no longer',
  method: 'POST',
  path: '/pages/:id/unpublish',
  permission: 'publish',
  body: jsonBody(CommentBody, commentExamples, false),
  models: [CommentBody],
  readOne: (sent) => {
    const { comment } = readShape(CommentBody, membersOf(sent), 'body');
    return { command: { kind: 'unpublish-page', page: pageOf(sent) }, comment };
  },
});
