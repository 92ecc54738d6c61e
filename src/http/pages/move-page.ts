import { exampleId, jsonBody } from '../openapi/described-bodies.js';
import { membersOf, idOf } from '../edge/sent.js';
import { readShape } from '../edge/shape.js';
import { pageWrite } from '../routing/write-route.js';
import { expectedOf, ofOnePage, ofPlaces } from './of-one-page.js';
import { Placed, requireOneSibling } from './placed-body.js';

class MovePageBody extends Placed {}

export const movePage = pageWrite({
  ...ofOnePage,
  operationId: 'movePage',
  summary: 'Place a page in the tree',
  description:
    'To another parent, another slug, another place among its siblings; what is absent stays. Whoever asks for the old path is led to the new one.',
  method: 'POST',
  path: '/pages/:id/move',
  command: 'move-page',
  body: jsonBody(
    MovePageBody,
    { elsewhere: { parent: exampleId, slug: 'renamed' }, toTheTop: { parent: null } },
    false,
  ),
  models: [MovePageBody],
  needs: ['If-Match'],
  refusals: [...ofOnePage.refusals, ...ofPlaces, 'would-be-own-ancestor'],
  readOne: (sent) => {
    const { comment, ...place } = readShape(MovePageBody, membersOf(sent), 'body');
    requireOneSibling(place);
    return {
      command: { kind: 'move-page', page: idOf(sent), expected: expectedOf(sent), ...place },
      comment,
    };
  },
});
