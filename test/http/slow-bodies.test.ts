import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { adminSecret, useServer } from '../support/server.js';

const idleMs = 3_000;
const server = useServer({ PALIMPSEST_STALLED_MS: String(idleMs) });

const body = JSON.stringify({ type: 'document', content: { title: 'Slowly, but surely' } });
const head = (length: string): string =>
  `POST /pages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminSecret}\r\nSchema-Version: 1\r\nRequest-Id: slow\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

test.each([
  ['of a known length', head(`Content-Length: ${body.length}`) + body.slice(0, 10)],
  ['in chunks', `${head('Transfer-Encoding: chunked')}5\r\n{"typ\r\n`],
])('A body %s that stands still is ended by a refusal, and its room is given back', async (_what, sent) => {
  const socket = connect(server.port, '127.0.0.1', () => socket.write(sent));
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 408']);
  expect(answer).toMatch(/^request-id: slow\r$/m);
  const problem: unknown = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
  expect(problem).toMatchObject({ status: 408, code: 'malformed-request' });
  const { json } = await server.request('GET', '/system');
  expect(json.memory).toMatchObject({ bodyBytes: { inUse: 0 } });
});

test('One that moves is waited for, however slowly', async () => {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(head(`Content-Length: ${body.length}\r\nConnection: close`));
  const length = Math.ceil(body.length / 8);
  // Each part comes long before the limit, all of them long after.
  for (let at = 0; at < body.length; at += length) {
    await wait(500);
    socket.write(body.slice(at, at + length));
  }
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  expect(answer).toMatch(/^HTTP\/1\.1 201 /);
});
