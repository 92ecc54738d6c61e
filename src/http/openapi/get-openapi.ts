import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModel } from '../../queries/read-model.js';
import { ApiDocument } from './api-document.js';
import { readRoute } from '../routing/read-route.js';
import { jsonAnswer } from '../edge/send.js';
import { requireNoQuery } from '../edge/shape.js';

/** What can be asked of this server. */
class FindApiDocument extends Query<{ readonly document: object; readonly position: number }> {}

@QueryHandler(FindApiDocument)
export class FindApiDocumentHandler implements IQueryHandler<FindApiDocument> {
  constructor(
    private readonly api: ApiDocument,
    private readonly model: ReadModel,
  ) {}

  async execute() {
    const position = this.model.position();
    return { document: await this.api.document(), position };
  }
}

export const getOpenApi = readRoute({
  operationId: 'getOpenApi',
  summary: 'This document',
  description: 'The same that `palimpsest openapi` prints.',
  path: '/openapi.json',
  permission: 'read',
  weight: 10,
  content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
  ask: ({ query }) => {
    requireNoQuery(query);
    return new FindApiDocument();
  },
  show: ({ document }) => jsonAnswer(document),
});
