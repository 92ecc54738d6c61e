import { CommentBody, commentExamples } from '../edge/commented-body.js';
import { idOf, membersOf, requireNoBody } from '../edge/sent.js';
import { readShape } from '../edge/shape.js';
import { jsonBody } from '../openapi/described-bodies.js';
import { pageId } from '../openapi/describe.js';
import { pageWrite } from '../routing/write-route.js';
import { ofOnePage } from './of-one-page.js';

const path = '/pages/:id/protection';

export const protectPage = pageWrite({
  ...ofOnePage,
  operationId: 'protectPage',
  summary: 'Show the page, and all beneath it, to viewers alone',
  description:
    'To `render` they are not there any more; a rendering server asks for its visitor, whose token it passes along in `User-Token`.',
  method: 'PUT',
  path,
  command: 'protect-page',
  body: jsonBody(CommentBody, commentExamples, false),
  models: [CommentBody],
  readOne: (sent) => {
    const { comment } = readShape(CommentBody, membersOf(sent), 'body');
    return { command: { kind: 'protect-page', page: idOf(sent) }, comment };
  },
});

export const unprotectPage = pageWrite({
  operationId: 'unprotectPage',
  summary: 'Show the page to all readers again',
  description: 'What a page above it, or one beneath it, says by itself stays.',
  method: 'DELETE',
  path,
  command: 'unprotect-page',
  params: [pageId],
  status: 204,
  takes: ['Schema-Version'],
  refusals: ofOnePage.refusals,
  readOne: (sent) => {
    requireNoBody(sent);
    return { command: { kind: 'unprotect-page', page: idOf(sent) } };
  },
  answerOne: () => ({ status: 204, headers: {}, body: '' }),
});
