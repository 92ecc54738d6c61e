import { ApiProperty } from '../openapi/api-decorators.js';
import { IsInt, Min } from '../edge/validators.js';
import { Commented } from '../edge/commented-body.js';
import { jsonBody } from '../openapi/described-bodies.js';
import { membersOf, idOf } from '../edge/sent.js';
import { readShape } from '../edge/shape.js';
import { pageWrite } from '../routing/write-route.js';
import { expectedOf, ofOnePage, ofDocuments } from './of-one-page.js';

class RestorePageBody extends Commented {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'The content version to bring back' })
  @IsInt()
  @Min(1)
  version!: number;
}

export const restorePage = pageWrite({
  ...ofOnePage,
  operationId: 'restorePage',
  summary: 'Bring an earlier version back as a new one',
  description: 'With the content and the schema version that it had then. What is published stays as it is.',
  method: 'POST',
  path: '/pages/:id/restore',
  command: 'restore-page',
  body: jsonBody(RestorePageBody, { earlier: { version: 3, comment: 'Before the rewrite' } }),
  models: [RestorePageBody],
  needs: ['If-Match'],
  refusals: [...ofOnePage.refusals, ...ofDocuments, 'version-not-found', 'too-much-work', 'purged'],
  readOne: (sent) => {
    const { version, comment } = readShape(RestorePageBody, membersOf(sent), 'body');
    return {
      command: { kind: 'restore-page', page: idOf(sent), expected: expectedOf(sent), version },
      comment,
    };
  },
});
