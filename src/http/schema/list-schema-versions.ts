import { FindSchema, ListSchemaVersions } from '../../queries/list-schema-versions.js';
import { readRoute } from '../routing/read-route.js';
import { SchemaOfVersion, Schemas } from './schema-answer-shapes.js';
import { jsonAnswer } from '../edge/send.js';
import { requireNoQuery } from '../edge/shape.js';

export const listSchemaVersions = readRoute({
  operationId: 'listSchemaVersions',
  summary: 'The schema versions, oldest first',
  description:
    'What each one changed, what is lost between it and the one below, and until when it is served.',
  path: '/schema',
  permission: 'read',
  answer: Schemas,
  ask: ({ query }) => {
    requireNoQuery(query);
    return new ListSchemaVersions();
  },
  show: ({ schema }) => jsonAnswer(schema),
});

export const findSchema = readRoute({
  operationId: 'findSchema',
  summary: 'JSON Schema of every type at a schema version',
  description: 'Draft 7, each complete in itself: blocks are one of the block types by their `_type`.',
  path: '/schema/:version',
  permission: 'read',
  params: [{ name: 'version', schema: { type: 'integer', minimum: 1 }, description: 'A schema version' }],
  answer: SchemaOfVersion,
  refusals: ['not-found'],
  ask: ({ params, query }) => {
    requireNoQuery(query);
    return new FindSchema(params.version ?? '');
  },
  first: ({ params }) => new FindSchema(params.version ?? ''),
  show: ({ schema }) => jsonAnswer(schema),
});
