import { Agent, request } from 'node:http';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { requestLog } from '../../src/http/edge/request-log.js';
import type { AnsweredRequest } from '../../src/http/edge/watch-requests.js';
import { sendRaw } from '../support/raw-http.js';
import { createPage, onTop, speaks, tokenFor, write } from '../support/pages.js';
import { adminSecret, makeServer, type Server } from '../support/server.js';

interface Line extends Partial<AnsweredRequest> {
  readonly level: number;
  readonly msg: string;
}

const [info, warn] = [30, 40];

/** Of what is served: on a busy machine any request may have been slow. */
function servedLevel({ ms = 0 }: Partial<Line> = {}): number {
  return ms > 1_000 ? warn : info;
}

function linesOf({ log }: { readonly log: string }): readonly Line[] {
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

async function logOf(work: (server: Server) => Promise<void>, env = {}): Promise<Server['log']> {
  const server = makeServer(env);
  try {
    await server.start();
    await work(server);
    await server.stop();
    return server.log;
  } finally {
    await server.remove();
  }
}

function readOver(agent: Agent, { port }: Server, path: string): Promise<void> {
  const headers = { authorization: `Bearer ${adminSecret}` };
  return new Promise((resolve, reject) => {
    const sent = request({ agent, port, path, headers, host: '127.0.0.1' }, (answer) => {
      answer.resume().once('end', resolve);
    });
    sent.once('error', reject).end();
  });
}

const marker = 'Marker-of-what-is-nobodys-business';
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('each request has a line that says what happened, and nothing of what it was about', async () => {
  let [token, secret, page, position] = ['', '', '', 0];
  const log = await logOf(async (server) => {
    const created = await write(server, 'POST', '/pages', {
      headers: { ...speaks, comment: marker, traceparent, 'request-id': 'mine-1', 'idempotency-key': marker },
      body: {
        type: 'document',
        slug: marker.toLowerCase(),
        content: { title: marker, body: marker },
        comment: marker,
      },
    });
    page = created.json.id;
    position = created.position;
    await server.request('GET', `/pages?q=${marker}`);
    await server.request('GET', `/paths/${marker.toLowerCase()}`);
    await server.request('GET', `/${marker}`);
    await server.request('GET', `/pages/${marker}`);
    await server.request('POST', `/pages?${marker}=1`, { headers: speaks, body: `{"${marker}` });
    await server.request('PUT', `/pages/${page}/content`, { headers: onTop(7), body: { title: marker } });
    secret = await tokenFor(server, 'editor');
    const { json } = await server.request('GET', '/tokens');
    token = json.items.find(({ role }) => role === 'editor')?.id ?? '';
    await server.request('GET', '/tree', { token: secret });
    await server.request('GET', '/tree', { token: `${marker}-as-a-token` });
    await sendRaw(server.port, `GET /%zz${marker} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  });
  expect(log.toLowerCase()).not.toContain(marker.toLowerCase());
  expect(log).not.toContain(secret);
  expect(log).not.toContain(adminSecret);
  const lines = linesOf({ log });
  const ofPages = lines.filter(({ route }) => route === '/pages');
  expect(ofPages[0]).toMatchObject({
    level: servedLevel(ofPages[0]),
    method: 'POST',
    status: 201,
    position,
    address: '127.0.0.1',
    requestId: 'mine-1',
    traceparent,
  });
  expect(ofPages[0]?.ms).toBeGreaterThan(0);
  expect(ofPages[0]?.bytes).toBeGreaterThan(500);
  expect(ofPages.map(({ status }) => status)).toEqual([201, 400, 400]);
  const ofTree = lines.filter(({ route }) => route === '/tree');
  expect(ofTree.map(({ level, status, who }) => [level, status, who])).toEqual([
    [servedLevel(ofTree[0]), 200, token],
    [warn, 401, undefined],
  ]);
  const nowhere = lines.filter(({ route }) => route === '');
  expect(nowhere.map(({ status, address }) => [status, address])).toEqual([
    [404, '127.0.0.1'],
    [401, '127.0.0.1'],
  ]);
});

test('what could not be read, or is served to nobody, has a line as well, and its status', async () => {
  const log = await logOf(
    async (server) => {
      const head = (first: string, ...rest: readonly string[]): string =>
        [first, 'Host: a', `Authorization: Bearer ${adminSecret}`, ...rest, '', ''].join('\r\n');
      await sendRaw(server.port, `${marker}\r\n\r\n`);
      await sendRaw(server.port, head('GET /tree HTTP/1.1', `X: ${'x'.repeat(40_000)}`));
      await sendRaw(server.port, head('CONNECT a:1 HTTP/1.1', 'Request-Id: connecting'));
      await sendRaw(server.port, head('GET /tree HTTP/1.1', `Expect: ${marker}`, 'Connection: close'));
      await sendRaw(
        server.port,
        `${head('POST /batch HTTP/1.1', 'Transfer-Encoding: chunked', 'Request-Id: chunks')}no size\r\n`,
      );
      await sendRaw(
        server.port,
        `${head('POST /batch HTTP/1.1', 'Content-Length: 9', 'Request-Id: still')}{`,
      );
    },
    { PALIMPSEST_STALLED_MS: '300' },
  );
  expect(log).not.toContain(marker);
  const lines = linesOf({ log }).filter(({ status }) => status !== undefined);
  expect(lines.map(({ method, route, status, address }) => [method, route, status, address])).toEqual([
    ['', '', 400, '127.0.0.1'],
    ['', '', 431, '127.0.0.1'],
    ['CONNECT', '', 400, '127.0.0.1'],
    ['GET', '', 417, '127.0.0.1'],
    ['POST', '/batch', 400, '127.0.0.1'],
    ['POST', '/batch', 408, '127.0.0.1'],
  ]);
  expect(lines.filter(({ bytes = 0 }) => bytes < 300)).toEqual([]);
  expect([lines[2]?.requestId, lines[4]?.requestId, lines[5]?.requestId]).toEqual([
    'connecting',
    'chunks',
    'still',
  ]);
});

test('a server says when it starts, when it is asked to go, and when it is gone', async () => {
  const log = await logOf(async (server) => {
    await server.request('GET', '/healthz', { token: null });
  });
  expect(linesOf({ log }).map(({ msg, route }) => route ?? msg)).toEqual([
    'started',
    '/healthz',
    'draining',
    'stopped',
  ]);
});

test('bytes are those of each answer on a connection that is kept', async () => {
  const log = await logOf(async (server) => {
    const { id } = await createPage(server, { content: { title: 'Large', body: 'x'.repeat(50_000) } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const path of [`/pages/${id}/content`, '/schema']) await readOver(agent, server, path);
    agent.destroy();
  });
  const [large, small] = linesOf({ log }).filter(({ method }) => method === 'GET');
  expect(large?.bytes).toBeGreaterThan(50_000);
  expect(small?.bytes).toBeGreaterThan(100);
  expect(small?.bytes).toBeLessThan(50_000);
});

test('lines of requests can be turned off', async () => {
  const log = await logOf(
    async (server) => {
      await server.request('GET', '/tree', { token: 'nobody' });
    },
    { PALIMPSEST_LOG_REQUESTS: 'off' },
  );
  expect(linesOf({ log }).map(({ msg }) => msg)).toEqual(['started', 'draining', 'stopped']);
});

test('what is slow is a warning, unless it is a stream', () => {
  let written = '';
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written += chunk.toString();
      done();
    },
  });
  const watch = requestLog(pino(out));
  const answered = {
    method: 'GET',
    route: '/events',
    status: 200,
    bytes: 1,
    who: 'a',
    position: 1,
    address: undefined,
    requestId: 'b',
    traceparent: undefined,
    visitor: undefined,
  };
  watch({ ...answered, ms: 1000, isStream: false });
  watch({ ...answered, ms: 1001, isStream: false });
  watch({ ...answered, ms: 1001, isStream: true });
  expect(linesOf({ log: written }).map(({ level }) => level)).toEqual([info, warn, info]);
});
