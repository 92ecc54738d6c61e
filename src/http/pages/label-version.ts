import { ApiProperty } from '../openapi/api-decorators.js';
import { IsInt, Min } from '../edge/validators.js';
import { slugPattern, slugRule } from '../../events/limits.js';
import { Refusal } from '../../refusal.js';
import { Commented } from '../edge/commented-body.js';
import { requireNoBody, membersOf, type Sent, idOf } from '../edge/sent.js';
import { readShape } from '../edge/shape.js';
import { jsonBody } from '../openapi/described-bodies.js';
import { pageId } from '../openapi/describe.js';
import { pageWrite } from '../routing/write-route.js';
import { ofOnePage } from './of-one-page.js';

class LabelVersionBody extends Commented {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'The content version to name' })
  @IsInt()
  @Min(1)
  version!: number;
}

const label = {
  name: 'label',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  description: 'A name, as slugs are: it stands in the path',
};

export const labelVersion = pageWrite({
  ...ofOnePage,
  operationId: 'labelVersion',
  summary: 'Name a version; the label leaves the one that it named before',
  description: 'A label names one version of a page.',
  method: 'PUT',
  path: '/pages/:id/labels/:label',
  command: 'label-version',
  params: [pageId, label],
  body: jsonBody(LabelVersionBody, { final: { version: 7, comment: 'As sent to the printer' } }),
  models: [LabelVersionBody],
  refusals: [...ofOnePage.refusals, 'version-not-found'],
  readOne: (sent) => {
    const { version, comment } = readShape(LabelVersionBody, membersOf(sent), 'body');
    return {
      command: { kind: 'label-version', page: idOf(sent), label: labelOf(sent), version },
      comment,
    };
  },
});

export const unlabelVersion = pageWrite({
  operationId: 'unlabelVersion',
  summary: 'Take a label away',
  description: 'The version stays as it is.',
  method: 'DELETE',
  path: '/pages/:id/labels/:label',
  command: 'unlabel-version',
  params: [pageId, label],
  status: 204,
  takes: ['Schema-Version'],
  refusals: ofOnePage.refusals,
  readOne: (sent) => {
    requireNoBody(sent);
    const command = { kind: 'unlabel-version', page: idOf(sent), label: labelOf(sent) } as const;
    return { command };
  },
  answerOne: () => ({ status: 204, headers: {}, body: '' }),
});

/** @throws Refusal `malformed-request` */
function labelOf({ params }: Sent): string {
  const { label = '' } = params;
  if (slugPattern.test(label)) return label;
  throw new Refusal('malformed-request', `a label has to be ${slugRule}`);
}
