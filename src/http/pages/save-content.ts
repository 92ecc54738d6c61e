import { documentBody } from '../openapi/described-bodies.js';
import { required } from '../edge/headers.js';
import { bodyDocument, requireMediaType, type Sent, idOf } from '../edge/sent.js';
import { pageWrite } from '../routing/write-route.js';
import { contentWritten, expectedOf, ofOnePage, ofDocuments } from './of-one-page.js';

export const saveContent = pageWrite({
  ...ofOnePage,
  operationId: 'saveContent',
  summary: 'Save the whole document',
  description:
    'On top of the content version that `If-Match` names. What the client cannot see at its schema version is kept. A document that says what is there already makes no new version.',
  method: 'PUT',
  path: '/pages/:id/content',
  command: 'save-page',
  body: documentBody,
  needs: ['Schema-Version', 'If-Match'],
  takes: ['Copied-Blocks'],
  refusals: [...ofOnePage.refusals, ...ofDocuments],
  readOne: (sent) => {
    requireMediaType(sent, 'application/json');
    const document = bodyDocument(sent);
    return { command: { form: 'document', document, ...saveHead(sent) } };
  },
  answerOne: contentWritten,
});

/** What a save says besides its document, or its patch. @throws Refusal `precondition-required` */
export function saveHead(sent: Sent) {
  const { copies } = sent.head;
  return {
    kind: 'save-page',
    page: idOf(sent),
    schemaVersion: required(sent.head.schemaVersion, 'Schema-Version'),
    expected: expectedOf(sent),
    ...(copies && { copies }),
  } as const;
}
