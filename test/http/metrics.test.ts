import { readFileSync } from 'node:fs';
import { openStream } from '../support/event-stream.js';
import { createPage, onTop, speaks, tokenFor, write } from '../support/pages.js';
import { sendRaw } from '../support/raw-http.js';
import { adminSecret, useServer } from '../support/server.js';

const server = useServer();
let token = '';

beforeAll(async () => {
  token = await tokenFor(server, 'metrics');
});

/** Each series with its value, as of now. */
async function scrape(): Promise<ReadonlyMap<string, number>> {
  const { status, headers, text } = await server.request('GET', '/metrics', { token });
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

/** What Node tells of itself comes and goes with what it does. */
async function ownSeries(): Promise<readonly string[]> {
  return [...(await scrape()).keys()].filter((name) => name.startsWith('palimpsest_')).sort();
}

test('what was asked, committed and held is measured', async () => {
  const committed = async (): Promise<number> =>
    (await scrape()).get('palimpsest_commit_change_sets_sum') ?? 0;
  const before = await committed();
  const page = await createPage(server);
  await server.request('PUT', `/pages/${page.id}/content`, { headers: onTop(1), body: { title: 'b' } });
  const stream = await openStream(server.url, adminSecret, speaks, '');
  const found = await scrape();
  stream.close();
  const requests = (labels: string): number | undefined =>
    found.get(`palimpsest_http_request_duration_seconds_count{${labels}}`);
  expect(requests('method="POST",route="/pages",status="201"')).toBe(1);
  expect(requests('method="PUT",route="/pages/:id/content",status="200"')).toBe(1);
  expect(found.get('palimpsest_log_position')).toBe(await server.position());
  expect(found.get('palimpsest_commit_change_sets_sum')).toBe(before + 2);
  expect(found.get('palimpsest_commit_duration_seconds_count')).toBeGreaterThan(1);
  expect(found.get('palimpsest_wal_bytes')).toBeGreaterThan(0);
  expect(found.get('palimpsest_projection_lag_events{projection="pages"}')).toBe(0);
  expect(found.get('palimpsest_event_streams')).toBe(1);
  expect(found.get('palimpsest_held_bytes{of="bodies"}')).toBe(0);
  expect(found.has('nodejs_eventloop_lag_p99_seconds')).toBe(true);
  expect(found.has('process_cpu_seconds_total')).toBe(true);
});

test('the dashboard under deploy/ shows what there is', async () => {
  const dashboard = readFileSync('deploy/grafana.json', 'utf8');
  const shown = new Set(dashboard.match(/\b(?:palimpsest|nodejs|process)_\w+/g));
  const known = new Set([...(await scrape()).keys()].map((series) => series.replace(/\{.*/, '')));
  expect(shown.size).toBeGreaterThan(12);
  expect([...shown].filter((name) => !known.has(name))).toEqual([]);
});

test('however many pages there are, and whatever is asked for, there are as many series', async () => {
  const ask = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) {
      await server.request('GET', `/pages/${id}`);
      await server.request('GET', `/paths/${id}`);
      await server.request('GET', `/nowhere/${id}`);
      await server.request('GET', `/pages/${id}`, { token: id });
    }
    for (const method of ['PROPFIND', 'PURGE', 'REPORT', 'LOCK'])
      await sendRaw(
        server.port,
        `${method} /${ids.length} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${adminSecret}\r\nConnection: close\r\n\r\n`,
      );
  };
  const create = async (count: number): Promise<readonly string[]> => {
    const content = { title: 'a' };
    const commands = Array.from({ length: count }, (_, index) => ({
      method: 'POST',
      path: '/pages',
      body: { type: 'document', slug: `page-${count}-${index}`, content },
    }));
    const { json } = await write(server, 'POST', '/batch', { headers: speaks, body: { commands } });
    return json.items.map(({ body }) => (body as unknown as { id: string }).id);
  };
  await ask((await create(10)).slice(0, 2));
  await scrape();
  const few = await ownSeries();
  await ask((await create(400)).slice(0, 50));
  const many = await ownSeries();
  expect(many).toEqual(few);
  expect(many.join()).toContain('route="none"');
});
