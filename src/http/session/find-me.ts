import { FindMe } from '../../queries/find-me.js';
import { jsonAnswer } from '../edge/send.js';
import { requireNoQuery } from '../edge/shape.js';
import { readRoute } from '../routing/read-route.js';
import { Me } from '../grants/grant-answer-shapes.js';

export const findMe = readRoute({
  operationId: 'findMe',
  summary: 'Who am I, through what, with which grants, until when',
  description: 'Of whoever asks, whatever they may do.',
  path: '/me',
  permission: 'anybody',
  answer: Me,
  ask: ({ who, query }) => {
    requireNoQuery(query);
    if (!who) throw new Error('who asks is not known here');
    return new FindMe(who);
  },
  show: ({ me }) => jsonAnswer(me),
});
