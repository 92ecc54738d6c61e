import { randomUUID } from 'node:crypto';
import { ask } from '../cli/run.js';
import { speaks, tokenFor } from '../support/pages.js';
import { adminSecret, makeServer, type Answer, type Server } from '../support/server.js';

const [failures, requests] = [20, 60];
const env = {
  PALIMPSEST_FAILURES_PER_MINUTE: String(failures),
  PALIMPSEST_REQUESTS_PER_MINUTE: String(requests),
};
const server = makeServer(env);
const behindProxy = makeServer({ ...env, PALIMPSEST_TRUST_PROXY: '127.0.0.1' });

beforeAll(() => server.start());
afterAll(() => server.remove());
afterAll(() => behindProxy.remove());

function guess(on: Server, forwardedFor?: string): Promise<Answer> {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return on.request('GET', '/pages', { token: 'a-guess-that-is-no-token-of-anybody', headers });
}

/** Statuses of guesses, one after the other, and how many the pace of the limit lets through in that time. */
async function guesses(on: Server, count: number, forwardedFor: (n: number) => string) {
  const startedMs = performance.now();
  const statuses: number[] = [];
  for (let n = 0; n < count; n++) statuses.push((await guess(on, forwardedFor(n))).status);
  const most = failures + Math.ceil(((performance.now() - startedMs) / 60_000) * failures);
  return { through: statuses.filter((status) => status === 401).length, most, statuses };
}

/** Time makes room for one more; it is taken. */
async function untilLimited(ask: () => Promise<Answer>): Promise<void> {
  for (let n = 0; n < 100; n++) {
    const answer = await ask();
    if (answer.status !== 429) continue;
    expectLimited(answer);
    return;
  }
  throw new Error('nothing was refused');
}

function expectLimited({ status, json, headers }: Answer): void {
  expect([status, json.code]).toEqual([429, 'too-many-requests']);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(json['retryAfterSeconds']).toBe(Number(headers.get('retry-after')));
}

describe('Wrong tokens from one address', () => {
  test('are no requests without any', async () => {
    for (let n = 0; n < failures * 3; n++)
      expect((await server.request('GET', '/pages', { token: null })).status).toBe(401);
  });

  test('are limited, whomever they say they are for', async () => {
    const { through, most, statuses } = await guesses(
      server,
      1_000,
      (n) => `203.0.113.${n % 256}, 10.0.0.${n % 256}`,
    );
    expect(statuses.slice(0, failures)).toEqual(Array.from({ length: failures }, () => 401));
    expect(through).toBeLessThanOrEqual(most);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    await untilLimited(() => guess(server));
    await untilLimited(() => server.request('GET', '/paths/%ff', { token: 'another-guess' }));
    await untilLimited(() => server.request('DELETE', `/pages/${randomUUID()}`, { token: 'another-guess' }));
    await untilLimited(() => server.request('POST', '/pages', { token: 'another-guess', body: '{' }));
  });

  test('keep nobody out who has a right one, and nobody from the health checks', async () => {
    await guesses(server, failures + 1, () => '');
    expect((await server.request('GET', '/tree')).status).toBe(200);
    for (const path of ['/healthz', '/readyz'])
      expect((await server.request('GET', path, { token: 'a-guess' })).status).toBe(200);
  });

  test('count for whom a trusted proxy speaks, and not for what stands left of that', async () => {
    await behindProxy.start();
    const { through, most } = await guesses(behindProxy, 100, (n) => `198.51.100.${n}, 203.0.113.7`);
    expect(through).toBeLessThanOrEqual(most);
    expect((await guess(behindProxy, '203.0.113.8')).status).toBe(401);
    const ofNetwork = await guesses(behindProxy, 50, (n) => `2001:db8:0:1:${n}::1`);
    expect(ofNetwork.through).toBeLessThanOrEqual(ofNetwork.most);
    expect((await guess(behindProxy, '2001:db8:0:2::1')).status).toBe(401);
  });
});

/** Asks again and again until it is refused. */
async function untilRefused(path: string, token: string): Promise<{ asked: number; last: Answer }> {
  for (let asked = 1; ; asked++) {
    const last = await server.request('GET', path, { token });
    if (last.status !== 200) return { asked, last };
    if (asked > 10 * requests) throw new Error('it goes on for ever');
  }
}

describe('Requests of one token', () => {
  test('are limited; others, and the health checks, are not', async () => {
    const [busy, other] = [await tokenFor(server, 'render'), await tokenFor(server, 'render')];
    const { last, asked } = await untilRefused('/schema', busy);
    expect(asked).toBeGreaterThan(requests);
    expectLimited(last);
    expect((await server.request('GET', '/schema', { token: other })).status).toBe(200);
    expect((await server.request('GET', '/healthz', { token: busy })).status).toBe(200);
    await untilLimited(() => server.request('GET', '/no/such/path', { token: busy }));
  });

  test('count for more where they are dear, and even more of another moment', async () => {
    const [first, second] = [await tokenFor(server, 'render'), await tokenFor(server, 'render')];
    const { asked } = await untilRefused('/tree', first);
    expect(asked).toBeLessThanOrEqual(requests / 5);
    expect((await untilRefused('/tree?asOf=1', second)).asked).toBeLessThan(asked);
  });

  test('count the commands of a batch, and one that is refused appends nothing', async () => {
    const token = await tokenFor(server, 'editor');
    const command = { method: 'POST', path: '/pages', body: { type: 'document', content: { title: 'x' } } };
    const send = (commands: number): Promise<Answer> =>
      server.request('POST', '/batch', {
        token,
        headers: speaks,
        body: { commands: Array.from({ length: commands }, () => command) },
      });
    expect((await send(requests - 10)).status).toBe(200);
    const before = await server.position();
    expectLimited(await send(requests - 10));
    expect(await server.position()).toBe(before);
  });

  test('are not those of the command line', async () => {
    await untilRefused('/schema', adminSecret);
    const { secret } = await ask<{ secret: string }>(
      'token',
      'create',
      '--role',
      'render',
      '--data',
      server.directory,
    );
    expect((await server.request('GET', '/schema', { token: secret })).status).toBe(200);
  });
});
