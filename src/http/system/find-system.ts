import { getSchemaPath } from '../openapi/api-decorators.js';
import { FindAlive, FindReadiness, FindSystem } from './server-state.js';
import { headersNamed, ofBody } from '../openapi/described-headers.js';
import { readRoute } from '../routing/read-route.js';
import { jsonAnswer } from '../edge/send.js';
import { requireNoQuery } from '../edge/shape.js';
import { Health, System } from './system-answer-shapes.js';

export const isAlive = readRoute({
  operationId: 'isAlive',
  summary: 'Whether the server is alive',
  description: 'As long as the process answers at all.',
  path: '/healthz',
  permission: 'nobody',
  answer: Health,
  ask: ({ query }) => {
    requireNoQuery(query);
    return new FindAlive();
  },
  show: () => jsonAnswer({ status: 'alive' }),
});

export const isReady = readRoute({
  operationId: 'isReady',
  summary: 'Whether the server may receive traffic',
  description: 'Not while the server starts or ends, nor where it cannot read its log.',
  path: '/readyz',
  permission: 'nobody',
  answer: Health,
  alsoAnswers: [
    {
      status: 503,
      description: 'Not now',
      headers: headersNamed(ofBody),
      content: { 'application/json': { schema: { $ref: getSchemaPath(Health) } } },
    },
  ],
  ask: ({ query }) => {
    requireNoQuery(query);
    return new FindReadiness();
  },
  show: ({ status, isReady }) => jsonAnswer({ status }, isReady ? 200 : 503),
});

export const findSystem = readRoute({
  operationId: 'findSystem',
  summary: 'What this installation is and how it does',
  description: 'Positions, projections, memory, schema versions and how an upgrade stands.',
  path: '/system',
  permission: 'history',
  answer: System,
  ask: ({ access, query }) => {
    requireNoQuery(query);
    return new FindSystem(access);
  },
  show: ({ system }) => jsonAnswer(system),
});
