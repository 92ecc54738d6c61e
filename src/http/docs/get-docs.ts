import type { Answer } from '../edge/problem.js';
import { requireNoQuery } from '../edge/shape.js';
import { readRoute } from '../routing/read-route.js';
import { FindViewerFile, type ViewerFile } from './viewer-files.js';

/** Scripts from here alone, and none in the page; the viewer sets styles on what it draws, and draws pictures of its own. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const getDocs = readRoute({
  operationId: 'getDocs',
  summary: 'A page that shows this document to people, once they give it a token',
  description: 'The page itself has nothing of this installation in it.',
  path: '/docs',
  permission: 'nobody',
  content: { 'text/html': { schema: { type: 'string' } } },
  tells: ['Content-Security-Policy'],
  ask: ({ query }) => {
    requireNoQuery(query);
    return new FindViewerFile('index.html');
  },
  show,
});

export const getDocsFile = readRoute({
  operationId: 'getDocsFile',
  summary: 'What that page is made of',
  description: 'Scripts and styles, the same in every installation of this version.',
  path: '/docs/:file',
  permission: 'nobody',
  params: [{ name: 'file', schema: { type: 'string' }, description: 'Its name' }],
  content: { 'text/javascript': { schema: { type: 'string' } }, 'text/css': { schema: { type: 'string' } } },
  tells: ['Content-Security-Policy'],
  refusals: ['not-found', 'too-many-requests'],
  ask: ({ params, query }) => {
    requireNoQuery(query);
    return new FindViewerFile(params['file'] ?? '');
  },
  show,
});

function show({ text, type }: ViewerFile): Answer {
  return {
    status: 200,
    headers: {
      'content-type': type,
      'cache-control': 'no-cache',
      'content-security-policy': policy,
      vary: 'Authorization',
    },
    body: text,
  };
}
