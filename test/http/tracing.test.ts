import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPage, onTop } from '../support/pages.js';
import { sendRaw } from '../support/raw-http.js';
import { adminSecret, makeServer, type Server } from '../support/server.js';

interface Span {
  readonly name: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly parent?: string;
  readonly traceId: string;
  readonly spanId: string;
}

const [internal, serving] = [0, 1];
const [unset, failed] = [0, 2];

const marker = 'marker-of-what-is-nobodys-business';
const [traceId, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
const traceparent = `00-${traceId}-${parent}-01`;

const directory = mkdtempSync(join(tmpdir(), 'palimpsest-spans-'));
const file = join(directory, 'spans');

afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** What an operator's SDK was told while `work` was done, in the order in which it ended. */
async function spansOf(work: (server: Server) => Promise<void>, env = {}): Promise<readonly Span[]> {
  rmSync(file, { force: true });
  const sdk = join(process.cwd(), 'test/support/operators-sdk.js');
  const server = makeServer({ SPANS_FILE: file, NODE_OPTIONS: `--import ${sdk}`, ...env });
  try {
    await server.start();
    await work(server);
    await server.stop();
  } finally {
    await server.remove();
  }
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Span);
}

test('a request has a span in the trace of its client, and what is done for it spans within', async () => {
  let page = '';
  const spans = await spansOf(async (server) => {
    ({ id: page } = await createPage(server));
    const headers = { ...onTop(1), traceparent, comment: marker };
    await server.request('PUT', `/pages/${page}/content`, { headers, body: { title: marker } });
    await server.request('GET', `/pages/${page}?asOf=3&${marker}`, { headers: { traceparent } });
  });
  const traced = spans.filter((span) => span.traceId === traceId);
  expect(traced.map(({ name, kind, status }) => [name, kind, status])).toEqual([
    ['submit change set', internal, unset],
    ['PUT /pages/:id/content', serving, unset],
    ['query findPage', internal, unset],
    ['GET /pages/:id', serving, unset],
  ]);
  const [submitted, put, query, get] = traced as [Span, Span, Span, Span];
  expect([put.parent, get.parent]).toEqual([parent, parent]);
  expect([submitted.parent, query.parent]).toEqual([put.spanId, get.spanId]);
  expect(put.attributes).toEqual({
    'http.request.method': 'PUT',
    'http.route': '/pages/:id/content',
    'url.scheme': 'http',
    'url.path': `/pages/${page}/content`,
    'network.protocol.version': '1.1',
    'client.address': '127.0.0.1',
    'http.response.status_code': 200,
    'palimpsest.position': 3,
    'palimpsest.who': expect.any(String) as string,
  });
  expect(submitted.attributes).toEqual({
    'palimpsest.commands': 1,
    'palimpsest.dry_run': false,
    'palimpsest.outcome': 'accepted',
    'palimpsest.position': 3,
  });
  const told = JSON.stringify(spans);
  expect(told).not.toContain(marker);
  expect(told).not.toContain(adminSecret);
});

test('a read that goes to a thread has a span for that', async () => {
  const spans = await spansOf(
    async (server) => {
      await createPage(server);
      await server.request('GET', '/pages', { headers: { traceparent } });
    },
    { PALIMPSEST_TEST_READS: 'threads' },
  );
  expect(spans.filter((span) => span.traceId === traceId).map(({ name }) => name)).toEqual([
    'query listPages',
    'query listPages in a thread',
    'GET /pages',
  ]);
});

test('a refusal is told by its code, and is no failure; what clients make up makes no names', async () => {
  const spans = await spansOf(async (server) => {
    const { id } = await createPage(server);
    await server.request('PUT', `/pages/${id}/content`, { headers: onTop(7), body: { title: 'a' } });
    await server.request('GET', '/pages?limit=none');
    await server.request('GET', `/pages/nowhere`, { token: null });
    await sendRaw(server.port, `PROPFIND /${marker} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  });
  const told = spans.map(({ name, attributes }) => [
    name,
    attributes['palimpsest.refusal'] ?? attributes['http.response.status_code'],
  ]);
  expect(told.slice(-6)).toEqual([
    ['submit change set', 'version-conflict'],
    ['PUT /pages/:id/content', 412],
    ['query listPages', 'malformed-request'],
    ['GET /pages', 400],
    ['GET /pages/:id', 401],
    ['HTTP', 401],
  ]);
  expect(spans.filter(({ status }) => status === failed)).toEqual([]);
});

test('what tells of no trace begins one of its own', async () => {
  const spans = await spansOf(async (server) => {
    await server.request('GET', '/healthz', { token: null });
    await server.request('GET', '/readyz', { token: null });
  });
  const requests = spans.filter(({ kind }) => kind === serving);
  expect(requests.map((span) => span.parent)).toEqual(requests.map(() => undefined));
  expect(new Set(requests.map((span) => span.traceId)).size).toBe(requests.length);
});
