import { claimsFor, newKey, signed } from '../support/issuer.js';
import { createPage, onTop, speaks, write } from '../support/pages.js';
import { grant, startPeople, type People } from '../support/people.js';
import { makeServer, type Answer, type Server } from '../support/server.js';

let people: People;
let server: Server;
let page: string;

beforeAll(async () => {
  people = await startPeople();
  server = makeServer({ ...people.setting, PALIMPSEST_FAILURES_PER_MINUTE: '1000' });
  await server.start();
  page = (await createPage(server, { slug: 'draft' })).id;
});
afterAll(() => server.remove());

const get = (path: string, token: string): Promise<Answer> => server.request('GET', path, { token });

interface Seen {
  readonly type: string;
  readonly by: unknown;
  readonly data: { readonly subject: string; readonly groups: readonly string[] };
}

/** What the log says of somebody. */
async function seen(subject: string): Promise<readonly Seen[]> {
  const { json } = await server.request('GET', '/events?limit=500');
  return (json.items as unknown as readonly Seen[]).filter(
    ({ type, data }) => type === 'PersonSeen' && data.subject === subject,
  );
}

const person = (subject: string): Readonly<Record<string, string>> => ({
  kind: 'person',
  issuer: people.issuer.url,
  subject,
});

describe('A person', () => {
  test('without a grant is let in, and sees nothing', async () => {
    const token = people.tokenOf('nobody', { name: 'Nobody', email: 'n@example.org', groups: ['b', 'a'] });
    const me = await get('/me', token);
    expect(me.json).toEqual({
      kind: 'person',
      id: expect.any(String) as string,
      name: 'Nobody',
      through: 'person',
      grants: [],
      expiresAt: expect.any(String) as string,
    });
    expect((await get(`/pages/${page}`, token)).status).toBe(404);
    expect((await get('/tree', token)).status).toBe(404);
    const [event, another] = await seen('nobody');
    expect(event).toMatchObject({
      by: { kind: 'system', id: 'identity', name: 'identity' },
      data: { name: 'Nobody', email: 'n@example.org', groups: ['a', 'b'] },
    });
    expect(another).toBeUndefined();
  });

  test('writes with a grant of their own, in their name, and is known to the log before', async () => {
    await grant(server, person('ada'), 'editor', '/draft');
    const saved = await server.request('PUT', `/pages/${page}/content`, {
      token: people.tokenOf('ada', { name: 'Ada' }),
      headers: onTop(1),
      body: { title: 'By Ada' },
    });
    expect(saved.status).toBe(200);
    const { json } = await server.request('GET', `/pages/${page}/versions`);
    expect(json.items[0]?.['by']).toMatchObject({ kind: 'person', name: 'Ada' });
    const events = (await server.request('GET', '/events?limit=500')).json.items;
    const [sawAda] = await seen('ada');
    expect(events.indexOf(events.find(({ type }) => type === 'PageSaved') as never)).toBeGreaterThan(
      events.findIndex(
        (event) => event.type === 'PersonSeen' && event.data['subject'] === sawAda?.data.subject,
      ),
    );
    const denied = await server.request('POST', '/pages', {
      token: people.tokenOf('ada', { name: 'Ada' }),
      headers: speaks,
      body: { type: 'document', slug: 'other', content: { title: 'x' } },
    });
    expect(denied.status).toBe(403);
  });

  test('has what their groups have, as their newest token says', async () => {
    await grant(server, { kind: 'group', issuer: people.issuer.url, group: 'staff' }, 'viewer');
    expect((await get('/tree', people.tokenOf('grace'))).status).toBe(404);
    expect((await get('/tree', people.tokenOf('grace', { groups: ['staff'] }))).status).toBe(200);
    expect((await get('/tree', people.tokenOf('grace', { groups: [] }))).status).toBe(404);
    expect((await seen('grace')).map(({ data }) => data.groups)).toEqual([[], ['staff'], []]);
  });

  test('with two tokens that say different things is not written down by turns', async () => {
    const [one, other] = [people.tokenOf('two', { name: 'One' }), people.tokenOf('two', { name: 'Other' })];
    for (let turn = 0; turn < 4; turn++) for (const token of [one, other]) await get('/me', token);
    expect(await seen('two')).toHaveLength(2);
  });

  test('who comes a hundred times at once is written down once', async () => {
    const token = people.tokenOf('many', { name: 'Many' });
    const answers = await Promise.all(Array.from({ length: 100 }, () => get('/me', token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await seen('many')).toHaveLength(1);
  });

  test('loses with the next request what is revoked', async () => {
    const token = people.tokenOf('short');
    const { json } = await write(server, 'POST', '/grants', {
      body: { principal: person('short'), role: 'editor', path: '/' },
    });
    expect((await get(`/pages/${page}`, token)).status).toBe(200);
    await write(server, 'DELETE', `/grants/${json.id}`);
    expect((await get(`/pages/${page}`, token)).status).toBe(404);
  });

  test('who is blocked is 401 with the next request, and let in again', async () => {
    const token = people.tokenOf('mallory');
    const body = { issuer: people.issuer.url, subject: 'mallory' };
    expect((await get('/me', token)).status).toBe(200);
    await write(server, 'POST', '/people/block', { body });
    expect((await get('/me', token)).status).toBe(401);
    expect((await get('/me', people.tokenOf('mallory', { groups: ['new'] }))).status).toBe(401);
    await write(server, 'POST', '/people/unblock', { body });
    expect((await get('/me', token)).status).toBe(200);
  });

  test('repeats a write under a key, whichever token they come with', async () => {
    await grant(server, person('keys'), 'editor');
    const create = (token: string): Promise<Answer> =>
      server.request('POST', '/pages', {
        token,
        headers: { ...speaks, 'idempotency-key': 'once' },
        body: { type: 'document', content: { title: 'Once' } },
      });
    const first = await create(people.tokenOf('keys'));
    const again = await create(people.tokenOf('keys'));
    expect([again.status, again.json.id]).toEqual([201, first.json.id]);
    const [others] = [await create(people.tokenOf('others'))];
    expect(others.status).toBe(403);
  });

  test('who follows the events is told no more of them when they are blocked', async () => {
    await grant(server, person('stream'), 'editor');
    const response = await fetch(`${server.url}/events`, {
      headers: {
        authorization: `Bearer ${people.tokenOf('stream')}`,
        accept: 'text/event-stream',
      },
    });
    expect(response.status).toBe(200);
    await write(server, 'POST', '/people/block', {
      body: { issuer: people.issuer.url, subject: 'stream' },
    });
    await createPage(server);
    expect(await response.text()).not.toContain('PersonBlocked');
  });
});

describe('A visitor', () => {
  test('is a person, too', async () => {
    const shut = await createPage(server, { slug: 'shut' });
    await write(server, 'POST', `/pages/${shut.id}/publish`);
    await write(server, 'PUT', `/pages/${shut.id}/protection`);
    const { secret } = (await write(server, 'POST', '/tokens', { body: { role: 'render', delegates: true } }))
      .json;
    const asked = (userToken: string): Promise<Answer> =>
      server.request('GET', '/paths/shut', { token: secret, headers: { 'user-token': userToken } });
    expect((await asked(people.tokenOf('visitor'))).status).toBe(404);
    await grant(server, person('visitor'), 'viewer');
    expect((await asked(people.tokenOf('visitor'))).status).toBe(200);
    expect((await asked(people.tokenOf('visitor', { aud: 'other' }))).status).toBe(401);
  });
});

describe('A token that is refused', () => {
  let requests = 0;

  const fault = async (token: string): Promise<unknown> => {
    const name = `fault-${++requests}`;
    const { status, json, headers } = await server.request('GET', '/me', {
      token,
      headers: { 'request-id': name },
    });
    expect([status, json.code, headers.get('www-authenticate')]).toEqual([
      401,
      'unauthenticated',
      'Bearer realm="palimpsest", error="invalid_token"',
    ]);
    // A line comes after the answer.
    for (;;) {
      const line = server.log.split('\n').find((text) => text.includes(`"${name}"`));
      if (line !== undefined) return JSON.parse(line);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  test.each<[string, () => string, object]>([
    [
      'of another issuer',
      () => signed({ alg: 'ES256', typ: 'at+jwt' }, claimsFor({ url: 'https://evil.example' }), people.key),
      { fault: 'unknown-issuer' },
    ],
    ['for others', () => people.tokenOf('x', { aud: 'other' }), { fault: 'wrong-audience' }],
    ['that has expired', () => people.tokenOf('x', { exp: 1 }), { fault: 'expired' }],
    ['of nobody', () => people.tokenOf('x', { sub: '' }), { fault: 'claim-invalid', claim: 'sub' }],
    [
      'signed by somebody else',
      () =>
        signed(
          { alg: 'ES256', typ: 'at+jwt', kid: 'first' },
          claimsFor(people.issuer, { iat: Date.now() / 1000, exp: Date.now() / 1000 + 60 }),
          newKey('ES256'),
        ),
      { fault: 'wrong-signature' },
    ],
  ])('%s is 401, and the log says why', async (_which, token, expected) => {
    expect(await fault(token())).toMatchObject(expected);
  });

  test('of somebody who is blocked is one, and the log says so, whether or not it was seen before', async () => {
    const token = people.tokenOf('trudy');
    expect((await get('/me', token)).status).toBe(200);
    const body = { issuer: people.issuer.url, subject: 'trudy' };
    await write(server, 'POST', '/people/block', { body });
    const blocked = { fault: 'blocked', issuer: people.issuer.url };
    expect(await fault(token)).toMatchObject(blocked);
    expect(await fault(people.tokenOf('trudy', { groups: ['new'] }))).toMatchObject(blocked);
  });
});

test('Wrong tokens of people count for the address that they come from', async () => {
  const strict = makeServer({ ...people.setting, PALIMPSEST_FAILURES_PER_MINUTE: '2' });
  await strict.start();
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++)
    statuses.push(
      (await strict.request('GET', '/me', { token: people.tokenOf('x', { aud: 'other' }) })).status,
    );
  expect(statuses.slice(-1)).toEqual([429]);
  expect((await strict.request('GET', '/me', { token: people.tokenOf('x') })).status).toBe(200);
  await strict.remove();
});

test('Without an issuer nobody comes with a token of one', async () => {
  const closed = makeServer();
  await closed.start();
  expect((await closed.request('GET', '/me', { token: people.tokenOf('x') })).status).toBe(401);
  await closed.remove();
});
