import { PatchOperation } from './history-answer-shapes.js';
import { patchBody } from '../openapi/described-bodies.js';
import type { JsonValue } from '../../schema/json/json.js';
import { isArray } from '../../schema/json/json.js';
import { readJsonPatch } from '../../schema/json/json-patch.js';
import { bodyPatch, mediaType, requireMediaType, type Sent } from '../edge/sent.js';
import { pageWrite } from '../routing/write-route.js';
import { contentWritten, ofOnePage, ofDocuments } from './of-one-page.js';
import { saveHead } from './save-content.js';

/** The types of a patch. */
export const patchTypes = ['application/json-patch+json', 'application/merge-patch+json'] as const;

export const patchContent = pageWrite({
  ...ofOnePage,
  operationId: 'patchContent',
  summary: 'Change the document as the client sees it',
  description:
    'By RFC 6902 or RFC 7396, applied to the document as the client sees it, on top of the content version that `If-Match` names.',
  method: 'PATCH',
  path: '/pages/:id/content',
  command: 'save-page',
  body: patchBody,
  models: [PatchOperation],
  needs: ['Schema-Version', 'If-Match'],
  takes: ['Copied-Blocks'],
  refusals: [...ofOnePage.refusals, ...ofDocuments, 'patch-invalid', 'patch-test-failed', 'purged'],
  readOne: (sent) => {
    requireMediaType(sent, ...patchTypes);
    const { document, patch } = bodyPatch(sent);
    const form = patchForm(sent, patch);
    // Its shape is told before what is missing in the headers.
    if (form === 'json-patch' && patch !== undefined) readJsonPatch(patch);
    return { command: { form, document, ...saveHead(sent) } };
  },
  answerOne: contentWritten,
});

/** An item of a batch may leave out the type: an array is a JSON Patch, an object a merge patch. */
function patchForm({ headers }: Sent, patch: JsonValue | undefined): 'json-patch' | 'merge-patch' {
  const type = mediaType(headers) ?? (isArray(patch) ? 'application/json-patch+json' : undefined);
  return type === 'application/json-patch+json' ? 'json-patch' : 'merge-patch';
}
