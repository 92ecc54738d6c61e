import { getSchemaPath } from '../openapi/api-decorators.js';
import { DiffVersions } from '../../queries/diff-versions.js';
import { pageId } from '../openapi/describe.js';
import { PatchOperation } from './history-answer-shapes.js';
import { vary } from './page-answer.js';
import { readRoute } from '../routing/read-route.js';
import { idOf } from '../edge/sent.js';
import { momentOf } from '../edge/read-query.js';
import { DiffQuery } from './page-queries.js';
import { jsonAnswer } from '../edge/send.js';
import { readShape } from '../edge/shape.js';
import { thatPage } from './find-page.js';

export const diffVersions = readRoute({
  operationId: 'diffVersions',
  summary: 'What changed between two versions',
  description:
    'A JSON Patch (RFC 6902) that leads from one to the other, both at the schema version of the client.',
  path: '/pages/:id/diff',
  permission: 'read',
  weight: 20,
  params: [pageId],
  query: DiffQuery,
  models: [PatchOperation],
  takes: ['Schema-Version'],
  tells: ['Schema-Version'],
  content: {
    'application/json-patch+json': {
      schema: { type: 'array', items: { $ref: getSchemaPath(PatchOperation) } },
    },
  },
  refusals: ['not-found', 'version-not-found', 'too-much-work', 'purged'],
  ask: (asked) => {
    const { from, to, asOf } = readShape(DiffQuery, asked.query, 'query');
    const schemaVersion = asked.schemaVersion();
    return new DiffVersions(idOf(asked), asked.access, from, to, schemaVersion, momentOf(asOf).asOf);
  },
  first: thatPage,
  show: ({ patch, schemaVersion }) => {
    const answer = jsonAnswer(patch);
    const headers = {
      ...answer.headers,
      'content-type': 'application/json-patch+json',
      'schema-version': String(schemaVersion),
      vary,
    };
    return { ...answer, headers };
  },
});
