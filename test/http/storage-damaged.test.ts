import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPage, onTop, speaks } from '../support/pages.js';
import { damagePage, leavesOf } from '../support/database-file.js';
import { openStream } from '../support/event-stream.js';
import { adminSecret, makeServer, type Answer, type Server } from '../support/server.js';
import { ask, run, sentence } from '../cli/run.js';

const whole = makeServer();
const pages: string[] = [];
beforeAll(async () => {
  await whole.start();
  for (let n = 0; n < 24; n++) {
    const content = { title: `${n}`, body: 'x'.repeat(2000) };
    pages.push((await createPage(whole, { slug: `page-${n}`, content })).id);
  }
  await whole.stop();
});

const servers: Server[] = [whole];
afterAll(async () => {
  for (const server of servers) await server.remove();
});

/** A server with pages that fill several leaves, one of which, of that table or index, is damaged. */
async function damaged(name: string): Promise<Server> {
  const server = makeServer();
  servers.push(server);
  cpSync(whole.directory, server.directory, { recursive: true });
  const leaves = leavesOf(server.directory, name);
  damagePage(server.directory, leaves[leaves.length >> 1] ?? 0);
  await server.start();
  return server;
}

const outcome = ({ status, json }: Answer): string => (status < 300 ? 'served' : `${status} ${json.code}`);

async function outcomes(asked: readonly Promise<Answer>[]): Promise<readonly string[]> {
  return (await Promise.all(asked)).map(outcome);
}

const refused = '500 storage-damaged';

test('a page of the log: who is on it is refused, reads and writes, and all else is served', async () => {
  const server = await damaged('events');
  const read = await outcomes(pages.map((id) => server.request('GET', `/pages/${id}/content`)));
  expect(new Set(read)).toEqual(new Set(['served', refused]));
  const bad = pages.filter((_id, index) => read[index] === refused);
  expect(bad.length).toBeLessThan(pages.length / 2);

  // All at once, so that they share a transaction.
  const written = await outcomes(
    pages.map((id) =>
      server.request('PUT', `/pages/${id}/content`, { headers: onTop(1), body: { title: 'New' } }),
    ),
  );
  expect(written).toEqual(read);
  const { json, headers } = await server.request('GET', `/pages/${bad[0] ?? ''}`);
  expect(json).toMatchObject({ status: 500, type: 'urn:palimpsest:problem:storage-damaged' });
  expect(headers.get('content-type')).toBe('application/problem+json');

  // Who was refused has changed nothing, and their neighbours have.
  const saved = pages.filter((id) => !bad.includes(id));
  for (const { json } of await Promise.all(saved.map((id) => server.request('GET', `/pages/${id}`)))) {
    expect(json.contentVersion).toBe(2);
  }
  expect(await server.position()).toBe(1 + pages.length + saved.length);
  expect(await outcomes([server.request('GET', '/events?limit=2'), server.request('GET', '/tree')])).toEqual([
    'served',
    'served',
  ]);
  expect(outcome(await server.request('GET', '/events?limit=500'))).toBe(refused);

  expect(server.log).toContain('SQLITE_CORRUPT');
  expect((await server.request('GET', '/readyz')).json).toEqual({ status: 'damaged' });
  expect((await server.request('GET', '/system')).json).toMatchObject({
    storage: { status: 'damaged', lastDamage: 'GET /events?limit=500', loss: null },
  });
  const status = (): Promise<{ readonly storage: unknown }> => ask('status', '--data', server.directory);
  let seen = await status();
  // It waits for the server for two seconds, which may be too short here.
  while (seen.storage === null) seen = await status();
  expect(seen).toMatchObject({ storage: { status: 'damaged' } });
  expect(await run('upgrade', '--check', '--data', server.directory)).toMatchObject({
    code: 65,
    stderr: sentence('damaged'),
  });
  expect(await run('verify', '--data', server.directory)).toMatchObject({ code: 65, stderr: '' });
  expect(await server.stop()).toBe(0);
});

test('one bit of a document: nobody is given it as if it had been written, and all else is served', async () => {
  const server = makeServer();
  servers.push(server);
  cpSync(whole.directory, server.directory, { recursive: true });
  const file = join(server.directory, 'db.sqlite');
  const bytes = readFileSync(file);
  const at = bytes.indexOf('{"title":"7","body":"xxx');
  expect(at).toBeGreaterThan(0);
  bytes[at + 1000] = 'y'.charCodeAt(0);
  writeFileSync(file, bytes);
  await server.start();

  const id = pages[7] ?? '';
  const bad = [
    ['GET', `/pages/${id}`],
    ['GET', `/pages/${id}/content`],
    ['GET', `/pages/${id}/versions/1`],
    ['GET', `/pages/${id}?asOf=20`],
    ['GET', '/paths/page-7'],
    ['GET', `/events?page=${id}`],
    ['PUT', `/pages/${id}/content`],
    ['POST', `/pages/${id}/publish`],
  ] as const;
  for (const [method, path] of bad) {
    const body = method === 'PUT' ? { body: { title: 'New' } } : {};
    expect([path, outcome(await server.request(method, path, { headers: onTop(1), ...body }))]).toEqual([
      path,
      refused,
    ]);
  }
  const others = pages.filter((other) => other !== id);
  expect(new Set(await outcomes(others.map((other) => server.request('GET', `/pages/${other}`))))).toEqual(
    new Set(['served']),
  );
  expect(await outcomes([server.request('GET', '/tree'), server.request('GET', '/pages')])).toEqual([
    'served',
    'served',
  ]);
  expect(await run('verify', '--data', server.directory)).toMatchObject({
    code: 65,
    stdout: expect.stringContaining('is not what was written') as string,
  });
});

test('an open stream delivers what comes before it, and the server lives on', async () => {
  const server = await damaged('events');
  const stream = await openStream(server.url, adminSecret, speaks);
  const seen: number[] = [];
  try {
    for await (const { id } of stream.events) seen.push(id);
  } catch {
    // cut off
  }
  expect(seen.length).toBeGreaterThan(2);
  expect(seen).toEqual(seen.map((_id, index) => index + 1));
  expect(seen.length).toBeLessThan(24);
  expect((await server.request('GET', '/healthz')).status).toBe(200);
  expect(server.log).toContain('SQLITE_CORRUPT');
});

test.each(['streams', 'pages', 'changesets', 'events_by_stream'])(
  'a page of %s: nothing ends the process, whatever is asked for',
  async (name) => {
    const server = await damaged(name);
    const paths = [
      '/tree',
      '/pages',
      '/events',
      '/changesets',
      '/system',
      '/tokens',
      '/schema',
      '/paths/page-1',
    ];
    const asked = [...paths, ...pages.map((id) => `/pages/${id}`)].map((path) => server.request('GET', path));
    const create = { headers: speaks, body: { type: 'document', content: { title: 'New' } } };
    const writes = [
      ...pages.map((id) =>
        server.request('PUT', `/pages/${id}/content`, { headers: onTop(1), body: { title: 'New' } }),
      ),
      server.request('POST', '/pages', create),
    ];
    const all = await outcomes([...asked, ...writes]);
    expect(all).toContain(refused);
    expect(all.filter((how) => how !== 'served' && how !== refused)).toEqual([]);
    expect((await server.request('GET', '/healthz')).status).toBe(200);
    expect(server.log).not.toContain('"level":60');
    expect(await server.stop()).toBe(0);
  },
);

test.each(['head', 'tokens'])('a page of %s: a start says so in one sentence', async (name) => {
  await expect(damaged(name)).rejects.toThrow(/:\npalimpsest: the database file is damaged[^\n]*\n$/);
});
