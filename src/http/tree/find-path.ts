import { getSchemaPath } from '../openapi/api-decorators.js';
import { FindPath } from '../../queries/find-path.js';
import { relativeLocation } from '../edge/relative-location.js';
import { decodeSegment } from '../edge/request-target.js';
import { headersNamed, ofBody, ofSunset } from '../openapi/described-headers.js';
import { envelopeAnswer, vary } from '../pages/page-answer.js';
import { Envelope } from '../pages/page-answer-shapes.js';
import { readRoute, type Asked } from '../routing/read-route.js';
import { momentOf } from '../edge/read-query.js';
import { PathQuery } from './tree-queries.js';
import { jsonAnswer } from '../edge/send.js';
import { readQuery } from '../edge/shape.js';
import { MovedPath } from './tree-answer-shapes.js';

export const findPath = readRoute({
  operationId: 'findPath',
  summary: 'The page at a path',
  description:
    'What a rendering server asks for. A path that a page has left, or that ends with a slash too many, leads to where the page is.',
  path: '/paths/*',
  permission: 'read',
  params: [
    {
      name: 'path',
      schema: { type: 'string' },
      description: 'The segments of the path, with the slashes in between; none for the page at `/`',
    },
  ],
  query: PathQuery,
  models: [MovedPath],
  answer: Envelope,
  shows: 'content',
  refusals: ['not-found'],
  alsoAnswers: [
    {
      status: 308,
      description: 'What was there is elsewhere now; or the path has a slash too many at its end',
      headers: headersNamed(['Location', ...ofBody, ...ofSunset]),
      content: { 'application/json': { schema: { $ref: getSchemaPath(MovedPath) } } },
    },
  ],
  ask: (asked) => {
    const path = pathOf(asked);
    const query = readQuery(PathQuery, asked.query);
    const { asOf } = momentOf(query.asOf);
    return new FindPath(path, asked.access, asked.schemaVersion(), asOf, query.with === 'ancestors');
  },
  first: (asked) => new FindPath(pathOf(asked), asked.access, asked.currentSchemaVersion),
  show: (found, { access, url }) => {
    if (found.kind === 'page') return envelopeAnswer(found.page, access);
    const search = url.split('?')[1];
    const target = `/paths${encodePath(found.to)}${search === undefined ? '' : `?${search}`}`;
    const answer = jsonAnswer({ path: found.to }, 308);
    return { ...answer, headers: { ...answer.headers, vary, location: relativeLocation(url, target) } };
  },
});

/** An escaped slash is part of no name, so decoding segment by segment can't make two of one. */
function pathOf({ url }: Asked): string {
  const path = (url.split('?')[0] ?? '').slice('/paths'.length);
  return path.split('/').map(decodeSegment).join('/');
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
