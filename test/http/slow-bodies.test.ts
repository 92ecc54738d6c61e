import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { adminSecret, useServer } from '../support/server.js';
import { stateOf, until } from '../upgrade/releases.js';

const idleMs = 3_000;
const server = useServer({ PALIMPSEST_STALLED_MS: String(idleMs) });

const body = JSON.stringify({ type: 'document', content: { title: 'Slowly, but surely' } });
const head = (length: string): string =>
  `POST /pages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminSecret}\r\nSchema-Version: 1\r\nRequest-Id: slow\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

async function bodyBytes(): Promise<number> {
  const { json } = await server.request('GET', '/system');
  return (json.memory as { bodyBytes: { inUse: number } }).bodyBytes.inUse;
}

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
  await until(async () => (await bodyBytes()) === 0, 'its room is given back');
});

/** Sends a body so that each part comes long before the limit, and all of it long after; `longestMs`: the longest from one to the next. */
async function sendInParts(): Promise<{ readonly answer: string; readonly longestMs: number }> {
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  let lastMs = performance.now();
  let longestMs = 0;
  const send = (part: string): void => {
    const beforeMs = performance.now();
    socket.write(part);
    longestMs = Math.max(longestMs, performance.now() - lastMs);
    lastMs = beforeMs;
  };
  send(head(`Content-Length: ${body.length}\r\nConnection: close`));
  const length = Math.ceil(body.length / 8);
  for (let at = 0; at < body.length; at += length) {
    await wait(500);
    send(body.slice(at, at + length));
  }
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return { answer, longestMs };
}

test('One that moves is waited for, however slowly', async () => {
  let sent = await sendInParts();
  // This process may have stood still: then it was a body that did.
  while (sent.longestMs >= idleMs) sent = await sendInParts();
  expect(sent.answer).toMatch(/^HTTP\/1\.1 201 /);
});

/** The rest of a body comes while the server is stopped, for longer than a body may stand still; `isKept`: it did not stand still before. */
async function sendWhileStopped(): Promise<{ readonly answer: string; readonly isKept: boolean }> {
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  const startedMs = performance.now();
  socket.write(head(`Content-Length: ${body.length}\r\nConnection: close`) + body.slice(0, 10));
  const isLate = (): boolean => performance.now() - startedMs >= idleMs;
  await until(async () => isLate() || (await bodyBytes()) > 0, 'the body is being read');
  process.kill(server.pid, 'SIGSTOP');
  await until(() => stateOf(server.pid) === 'T', 'the server is stopped');
  socket.write(body.slice(10));
  const isKept = !isLate();
  await wait(idleMs + 500);
  process.kill(server.pid, 'SIGCONT');
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return { answer, isKept };
}

test('One that came while the server stood still, and not its client, is read', async () => {
  let sent = await sendWhileStopped();
  while (!sent.isKept) sent = await sendWhileStopped();
  expect(sent.answer).toMatch(/^HTTP\/1\.1 201 /);
});
