import type { SentDocument } from '../../commands/decision.js';
import type { ReplaceFile } from '../../commands/pages/replace-file.js';
import { placeSlugPattern } from '../../events/limits.js';
import { Refusal, refusalFacts } from '../../refusal.js';
import { assetType } from '../../schema/asset-content.js';
import { required } from '../edge/headers.js';
import { readBoundedJson } from '../edge/read-bounded-json.js';
import { idOf, type Sent } from '../edge/sent.js';
import { readShape } from '../edge/shape.js';
import { timeOrderedId } from '../edge/time-ordered-id.js';
import { ofContent } from '../openapi/describe.js';
import type { RequestBody } from '../openapi/described-bodies.js';
import { deletePage } from '../pages/delete-page.js';
import { movePage } from '../pages/move-page.js';
import { expectedOf, ofDocuments, ofOnePage, ofPlaces } from '../pages/of-one-page.js';
import { patchContent } from '../pages/patch-content.js';
import { restorePage } from '../pages/restore-page.js';
import { saveContent } from '../pages/save-content.js';
import { undeletePage } from '../pages/undelete-page.js';
import { pageWrite, type PageWriteRoute } from '../routing/write-route.js';
import { assetWritten } from './asset-answer.js';
import { Asset } from './asset-answer-shapes.js';
import { FileQuery, fileNameOf, NewAssetQuery } from './asset-queries.js';
import { assetId, ofAsset } from './of-one-asset.js';

const binary = { type: 'string', format: 'binary' } as const;

/** A file by itself, of whatever type, or in a form. */
const fileBody: RequestBody = {
  required: true,
  content: {
    '*/*': { schema: binary },
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['file'],
        properties: {
          file: binary,
          content: { type: 'string', description: 'What is said of it: a JSON object' },
        },
        additionalProperties: { type: 'string', description: 'What the query would say' },
      },
      examples: {
        described: {
          value: { file: '(the bytes)', name: 'lighthouse.jpg', content: '{"alt":"A lighthouse"}' },
        },
      },
    },
  },
};

const ofFiles = {
  takesFile: true,
  body: fileBody,
  answer: Asset,
  answerOne: assetWritten,
  refusals: ['digest-mismatch', ...ofDocuments],
} as const;

const createAsset = pageWrite({
  ...ofFiles,
  operationId: 'createAsset',
  summary: 'Upload a file',
  description:
    'As the body, or in a form. Its type is what its bytes say. Beneath a `parent` it belongs to that part of the site; without one to the whole of it. With `Content-Digest` or `Repr-Digest` (RFC 9530) nothing is kept that arrives as something else.',
  method: 'POST',
  path: '/assets',
  command: 'create-page',
  status: 201,
  query: NewAssetQuery,
  takes: ['Schema-Version'],
  tells: ['Location', ...ofContent],
  refusals: [...ofFiles.refusals, ...ofPlaces, 'id-taken', 'precondition-required'],
  readOne: (sent) => {
    const { said, document } = saidOf(NewAssetQuery, sent);
    const file = { name: 'unnamed', ...factsOf(sent, said) };
    const schemaVersion = schemaVersionFor(sent, document);
    const { id = timeOrderedId(Date.now()), parent = null, slug } = said;
    return {
      command: {
        kind: 'create-page',
        page: id,
        type: assetType,
        schemaVersion,
        document: document ?? { text: '{}', refusal: null },
        place: parent === null && slug === undefined ? null : { parent, slug: slug ?? slugOf(file.name) },
        file,
      },
      comment: said.comment,
    };
  },
});

const replaceFile = pageWrite({
  ...ofFiles,
  operationId: 'replaceFile',
  summary: 'Replace the file of an asset',
  description:
    'A new version, with what is said of the file as it was, on top of the content version that `If-Match` names. The file before stays readable. Without a name the asset keeps the one it has.',
  method: 'PUT',
  path: '/assets/:id/file',
  command: 'replace-file',
  params: [assetId],
  query: FileQuery,
  needs: ['If-Match'],
  takes: ['Schema-Version'],
  tells: ofContent,
  refusals: [...ofFiles.refusals, ...ofOnePage.refusals],
  readOne: (sent) => {
    const { said } = saidOf(FileQuery, sent);
    return {
      command: {
        kind: 'replace-file',
        page: idOf(sent),
        expected: expectedOf(sent),
        file: factsOf(sent, said),
      },
      comment: said.comment,
    };
  },
});

/** Every way to write one asset. */
export const assetWrites: readonly PageWriteRoute[] = [
  createAsset,
  replaceFile,
  ofAsset(saveContent, {
    operationId: 'saveAssetContent',
    summary: 'Save all that is said of a file',
    description: 'The whole document, as of a page.',
  }),
  ofAsset(patchContent, {
    operationId: 'patchAssetContent',
    summary: 'Change what is said of a file',
    description: 'By RFC 6902 or RFC 7396, as of a page.',
  }),
  ofAsset(restorePage, {
    operationId: 'restoreAsset',
    summary: 'Bring an earlier version back as a new one',
    description: 'Its file and what was said of it.',
  }),
  ofAsset(movePage, {
    operationId: 'moveAsset',
    summary: 'Put an asset elsewhere in the tree',
    description: 'Its place decides who may do what with it.',
  }),
  ofAsset(deletePage, {
    operationId: 'deleteAsset',
    summary: 'Delete an asset',
    description: 'Nobody is sent its file any more; it can be undeleted.',
  }),
  ofAsset(undeletePage, {
    operationId: 'undeleteAsset',
    summary: 'Bring a deleted asset back as it was',
    description: 'With its place, its file and all its versions.',
  }),
];

/** What is said of the file in the query, and in the fields of a form. @throws Refusal `malformed-request` */
function saidOf<Said extends FileQuery>(
  shape: new () => Said,
  { query, file }: Sent,
): { readonly said: Said; readonly document: SentDocument | undefined } {
  const { content, ...fields } = file?.fields ?? {};
  const { dryRun: _checked, ...inQuery } = query;
  const twice = Object.keys(fields).find((name) => name === 'dryRun' || Object.hasOwn(inQuery, name));
  if (twice !== undefined)
    throw new Refusal(
      'malformed-request',
      `${twice} stands in the form and belongs, or stands, in the query`,
    );
  const said = readShape(shape, { ...inQuery, ...fields }, 'query');
  return { said, document: content === undefined ? undefined : documentIn(content) };
}

function documentIn(text: string): SentDocument {
  const { refusal } = readBoundedJson(Buffer.from(text), 'body');
  return { text, refusal: refusal ? refusalFacts(refusal) : null };
}

/** What the file is, with the name that it was given, if it was. @throws Refusal `malformed-request` */
function factsOf({ file }: Sent, said: FileQuery): ReplaceFile['file'] {
  if (!file) throw new Refusal('malformed-request', 'a file comes in a request of its own');
  const name = fileNameOf(said.name ?? file.name);
  return { ...file.facts, ...(name !== undefined && { name }) };
}

/** A document that came along is at the schema version of the client; nothing said is the same at all. */
function schemaVersionFor({ head }: Sent, document: SentDocument | undefined): number {
  return document ? required(head.schemaVersion, 'Schema-Version') : (head.schemaVersion ?? 1);
}

/** @throws Refusal `malformed-request` */
function slugOf(name: string): string {
  if (placeSlugPattern.test(name)) return name;
  throw new Refusal('malformed-request', `"${name}" can't be the last segment of a path: send another slug`);
}
