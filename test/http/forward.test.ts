import { fastify as makeServer } from 'fastify';
import { edgeResponse } from '../../src/http/edge/edge-response.js';
import { forward } from '../../src/http/hand-over/forward.js';

test('what can not be passed on is refused as all else is: with a problem, and when to come again', async () => {
  const server = makeServer({ http: { ServerResponse: edgeResponse(new Set()) } });
  server.decorateRequest('isControl', false);
  server.all('/*', (request, reply) => {
    forward(request, reply, { socketPath: '/nowhere/a.sock', address: undefined, stalledMs: 1_000 });
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const answer = await fetch(`${url}/pages`, { headers: { 'request-id': 'mine' } });
  expect(answer.status).toBe(503);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/problem+json',
    'retry-after': '1',
    'request-id': 'mine',
    connection: 'close',
  });
  expect(await answer.json()).toMatchObject({ status: 503, code: 'maintenance', phase: 'hand-over' });
  await server.close();
});
