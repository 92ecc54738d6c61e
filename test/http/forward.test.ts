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

test('a stream ends, as its client comes back to the other; nothing else is one', async () => {
  const server = makeServer({ http: { ServerResponse: edgeResponse(new Set()) } });
  server.decorateRequest('isControl', false);
  server.decorateRequest('template', '');
  server.all('/*', (request, reply) => {
    request.template = request.url;
    forward(request, reply, { socketPath: '/nowhere/a.sock', address: undefined, stalledMs: 1_000 });
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const ask = (path: string, accept: string): Promise<Response> =>
    fetch(`${url}${path}`, { headers: { accept } });
  const stream = await ask('/events', 'text/event-stream');
  expect([stream.status, await stream.text()]).toEqual([200, 'retry: 100\n\n']);
  const others = [
    ['/events', 'application/json, text/event-stream;q=0.1'],
    ['/events', '*/*'],
    ['/pages', 'text/event-stream'],
  ] as const;
  for (const [path, accept] of others) expect((await ask(path, accept)).status).toBe(503);
  await server.close();
});
