import { ApiPropertyOptional } from '../openapi/api-decorators.js';
import { IsInt, Min } from '../edge/validators.js';
import { Commented, IfPresent } from '../edge/commented-body.js';
import { jsonBody } from '../openapi/described-bodies.js';
import { membersOf, idOf } from '../edge/sent.js';
import { readShape } from '../edge/shape.js';
import { pageWrite } from '../routing/write-route.js';
import { ofOnePage } from './of-one-page.js';

class PublishPageBody extends Commented {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    description: 'The content version to show; the latest when absent',
  })
  @IfPresent()
  @IsInt()
  @Min(1)
  version?: number;
}

export const publishPage = pageWrite({
  ...ofOnePage,
  operationId: 'publishPage',
  summary: 'Show a version to readers',
  description:
    'The latest version, or the one that is named. Later saves change nothing for readers until they are published, too.',
  method: 'POST',
  path: '/pages/:id/publish',
  command: 'publish-page',
  body: jsonBody(PublishPageBody, { latest: {}, version: { version: 7 } }, false),
  models: [PublishPageBody],
  refusals: [...ofOnePage.refusals, 'version-not-found', 'not-publishable'],
  readOne: (sent) => {
    const { comment, ...which } = readShape(PublishPageBody, membersOf(sent), 'body');
    return { command: { kind: 'publish-page', page: idOf(sent), ...which }, comment };
  },
});
