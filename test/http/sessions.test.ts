import { join } from 'node:path';
import type { MutableToken } from 'oauth2-mock-server';
import { createPage, speaks, write } from '../support/pages.js';
import { grant, startSignInIssuer, type SignInIssuer } from '../support/people.js';
import { ask, succeed, temporaryDirectory } from '../cli/run.js';
import { dumpProjections } from '../cli/tables.js';
import { adminSecret, makeServer, type Answer, type Server } from '../support/server.js';

let issuer: SignInIssuer;
let server: Server;
let page: string;

beforeAll(async () => {
  issuer = await startSignInIssuer();
  server = makeServer({ ...issuer.setting(), PALIMPSEST_FAILURES_PER_MINUTE: '1000' });
  await server.start();
  page = (await createPage(server, { slug: 'draft' })).id;
});
afterAll(async () => {
  await server.remove();
  await issuer.server.stop();
});
afterEach(() => {
  issuer.server.service.removeAllListeners();
});

/** A browser: it keeps cookies, and follows nothing by itself. */
class Browser {
  private readonly jar = new Map<string, string>();

  constructor(private readonly at: Server = server) {}

  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  set(name: string, value: string): void {
    this.jar.set(name, value);
  }

  async ask(
    method: string,
    path: string,
    { headers, body }: { headers?: Readonly<Record<string, string>>; body?: unknown } = {},
  ): Promise<Answer> {
    const cookie = this.cookie === '' ? {} : { cookie: this.cookie };
    const answer = await this.at.request(method, path, {
      token: null,
      headers: { ...cookie, ...headers },
      body,
    });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (/Max-Age=0/.test(set)) this.jar.delete(name);
      else this.jar.set(name, value);
    }
    return answer;
  }

  /** Where somebody comes back to who has signed in at the issuer. */
  async signInAt(query = ''): Promise<string> {
    const { status, headers } = await this.ask('GET', `/session/sign-in${query}`);
    expect(status).toBe(302);
    const there = await fetch(headers.get('location') ?? '', { redirect: 'manual' });
    const { pathname, search } = new URL(there.headers.get('location') ?? '');
    return pathname + search;
  }
}

function signsInAs(subject: string, others: Readonly<Record<string, unknown>> = {}): void {
  issuer.server.service.on('beforeTokenSigning', ({ payload }: MutableToken) => {
    Object.assign(payload, { sub: subject, ...others });
  });
}

async function signedIn(subject: string, others?: Readonly<Record<string, unknown>>): Promise<Browser> {
  signsInAs(subject, others);
  const browser = new Browser();
  const { status } = await browser.ask('GET', await browser.signInAt());
  expect(status).toBe(302);
  issuer.server.service.removeAllListeners();
  return browser;
}

async function link(...options: readonly string[]): Promise<string> {
  const { link } = await ask<{ link: string }>('login', '--data', server.directory, ...options);
  return link.split('#code=')[1] ?? '';
}

const person = (subject: string): Readonly<Record<string, unknown>> => ({
  kind: 'person',
  issuer: issuer.url,
  subject,
});

describe('Somebody signs in at their issuer', () => {
  test('and is who they are, with a cookie that no script reads', async () => {
    signsInAs('ada', { name: 'Ada Lovelace', groups: ['staff'] });
    const browser = new Browser();
    const back = await browser.ask('GET', await browser.signInAt('?returnTo=/docs%23pages'));
    expect([back.status, back.headers.get('location'), back.headers.get('cache-control')]).toEqual([
      302,
      '/docs#pages',
      'no-store',
    ]);
    expect(back.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^palimpsest=palimpsest_[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/,
      ),
    ]);
    const me = await browser.ask('GET', '/me');
    expect(me.json).toMatchObject({ kind: 'person', name: 'Ada Lovelace', through: 'session', grants: [] });
    const untilMs = Date.parse(String(me.json['expiresAt'])) - Date.now();
    expect(untilMs).toBeGreaterThan(11 * 3600_000);
    expect(untilMs).toBeLessThanOrEqual(12 * 3600_000);
    expect((await browser.ask('GET', '/session')).json).toEqual(me.json);
    expect([me.headers.get('vary'), me.headers.get('cache-control')]).toEqual([
      'Authorization, Cookie',
      'private, no-cache',
    ]);
    const [created] = (await server.request('GET', '/events?type=TokenCreated&limit=500')).json.items.slice(
      -1,
    );
    expect(created?.['by']).toMatchObject({ kind: 'person', name: 'Ada Lovelace' });
    expect(created?.data).toEqual({
      name: 'browser',
      person: { issuer: issuer.url, subject: 'ada' },
      expiresAt: me.json['expiresAt'],
    });
  });

  test('with a `__Host-` cookie where there is TLS', async () => {
    const proxy = { host: 'cms.example.org', 'x-forwarded-proto': 'https' };
    const { headers } = await fetch(`${server.url}/session/sign-in`, { redirect: 'manual', headers: proxy });
    expect(headers.get('set-cookie')).toMatch(
      /^__Host-palimpsest-sign-in=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/,
    );
  });

  test('and comes back to where the settings say', async () => {
    const redirectUri = 'https://cms.example.org/cms/session/callback';
    const prefixed = makeServer(issuer.setting({ redirectUri }));
    await prefixed.start();
    const { headers } = await new Browser(prefixed).ask('GET', '/session/sign-in');
    expect(new URL(headers.get('location') ?? '').searchParams.get('redirect_uri')).toBe(redirectUri);
    await prefixed.remove();
  });

  test('has their grants, and those of the groups that they were last in, at each request', async () => {
    const browser = await signedIn('grace', { groups: ['writers'] });
    expect((await browser.ask('GET', `/pages/${page}`)).status).toBe(404);
    const { json } = await write(server, 'POST', '/grants', {
      body: { principal: { kind: 'group', issuer: issuer.url, group: 'writers' }, role: 'editor' },
    });
    expect((await browser.ask('GET', `/pages/${page}`)).status).toBe(200);
    await write(server, 'DELETE', `/grants/${json.id}`);
    expect((await browser.ask('GET', `/pages/${page}`)).status).toBe(404);
    await grant(server, person('grace'), 'editor');
    const created = await browser.ask('POST', '/pages', {
      headers: { ...speaks, 'sec-fetch-site': 'same-origin' },
      body: { type: 'document', content: { title: 'By Grace' } },
    });
    expect(created.status).toBe(201);
    const versions = await server.request('GET', `/pages/${created.json.id}/versions`);
    expect(versions.json.items[0]?.['by']).toMatchObject({ kind: 'person' });
  });

  test('and another session than the one that somebody else has put there', async () => {
    const fixed = await signedIn('attacker');
    const victim = new Browser();
    victim.set('palimpsest', fixed.cookie.split('palimpsest=').at(-1) ?? '');
    signsInAs('victim');
    await victim.ask('GET', await victim.signInAt());
    expect((await victim.ask('GET', '/me')).json['name']).toBe('victim');
    expect((await fixed.ask('GET', '/me')).status).toBe(401);
  });

  test('in two pages at once', async () => {
    signsInAs('two');
    const browser = new Browser();
    const [one, other] = [await browser.signInAt('?returnTo=/one'), await browser.signInAt('?returnTo=/two')];
    expect((await browser.ask('GET', other)).headers.get('location')).toBe('/two');
    expect((await browser.ask('GET', one)).headers.get('location')).toBe('/one');
    expect((await browser.ask('GET', '/me')).json['name']).toBe('two');
  });

  test.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'evil.example',
    '/a/..//evil.example',
    '/./\\evil.example',
    'javascript:alert(1)',
    '',
    '/é',
    `/${'x'.repeat(2000)}`,
  ])('but is not sent to %j afterwards', async (returnTo) => {
    const { status, json } = await new Browser().ask(
      'GET',
      `/session/sign-in?returnTo=${encodeURIComponent(returnTo)}`,
    );
    expect([status, json.code]).toEqual([400, 'malformed-request']);
  });

  test('but not at one that is not in the settings', async () => {
    const { status } = await new Browser().ask('GET', '/session/sign-in?issuer=https://evil.example');
    expect(status).toBe(404);
    expect((await new Browser().ask('GET', '/session/sign-in?to=x')).status).toBe(400);
  });
});

describe('Nobody is signed in', () => {
  const refused = async (browser: Browser, path: string): Promise<void> => {
    const answer = await browser.ask('GET', path);
    expect([answer.status, answer.json.code, answer.headers.getSetCookie()]).toEqual([
      401,
      'unauthenticated',
      [],
    ]);
    expect((await browser.ask('GET', '/me')).status).toBe(401);
  };

  test('by the answer to what another browser has begun', async () => {
    const [attacker, victim] = [new Browser(), new Browser()];
    const path = await attacker.signInAt();
    await refused(victim, path);
    await victim.signInAt();
    await refused(victim, path);
    expect((await attacker.ask('GET', path)).status).toBe(302);
  });

  test('by an answer that comes twice, has another state, or none', async () => {
    const browser = new Browser();
    const path = await browser.signInAt();
    await refused(browser, path.replace(/state=[^&]+/, 'state=other'));
    await refused(browser, path.replace(/state=[^&]+/, ''));
    await refused(browser, `${path}&state=another`);
    await refused(browser, path);
  });

  test('by a code of somebody else', async () => {
    const browser = new Browser();
    const path = await browser.signInAt();
    await refused(browser, path.replace(/code=[^&]+/, 'code=other'));
  });

  test('who says no; a person is told so by a page', async () => {
    const browser = new Browser();
    const back = (path: string): string => path.replace(/code=[^&]+/, 'error=access_denied');
    await refused(browser, back(await browser.signInAt()));
    const answer = await browser.ask('GET', back(await browser.signInAt()), {
      headers: { accept: 'text/html' },
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '../session#failed=denied']);
  });

  test('who is blocked: their sessions end, for good, and they open no other', async () => {
    const browser = await signedIn('mallory');
    expect((await browser.ask('GET', '/me')).status).toBe(200);
    const body = { issuer: issuer.url, subject: 'mallory' };
    await write(server, 'POST', '/people/block', { body });
    expect((await browser.ask('GET', '/me')).status).toBe(401);
    signsInAs('mallory');
    const again = new Browser();
    await refused(again, await again.signInAt());
    const shown = await again.ask('GET', await again.signInAt(), { headers: { accept: 'text/html' } });
    expect([shown.status, shown.headers.get('location')]).toEqual([302, '../session#failed=blocked']);
    await write(server, 'POST', '/people/unblock', { body });
    expect((await browser.ask('GET', '/me')).status).toBe(401);
    expect((await again.ask('GET', await again.signInAt())).status).toBe(302);
  });
});

describe('A session', () => {
  test('is ended by signing out', async () => {
    const browser = await signedIn('out');
    const stolen = new Browser();
    stolen.set('palimpsest', browser.cookie.split('palimpsest=').at(-1) ?? '');
    expect((await stolen.ask('GET', '/me')).status).toBe(200);
    const out = await browser.ask('DELETE', '/session');
    expect([out.status, out.headers.getSetCookie()]).toEqual([
      204,
      ['palimpsest=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'],
    ]);
    expect((await stolen.ask('GET', '/me')).status).toBe(401);
    const [event] = (await server.request('GET', '/events?limit=500')).json.items.slice(-1);
    expect(event).toMatchObject({ type: 'TokenRevoked', by: { kind: 'person', name: 'out' } });
  });

  test('is not ended by who comes with a token, or only asks what would be', async () => {
    const browser = await signedIn('stays');
    const headers = { authorization: `Bearer ${adminSecret}` };
    for (const answer of [
      await browser.ask('DELETE', '/session', { headers }),
      await browser.ask('DELETE', '/session?dryRun=true'),
    ])
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([204, []]);
    expect((await browser.ask('GET', '/me')).status).toBe(200);
    const code = await link();
    const tried = await new Browser().ask('POST', '/session?dryRun=true', { body: { code } });
    expect([tried.status, tried.headers.getSetCookie()]).toEqual([204, []]);
    expect((await new Browser().ask('POST', '/session', { body: { code } })).status).toBe(204);
  });

  test('is a token among others, which an administrator revokes', async () => {
    const browser = await signedIn('listed');
    const { json } = await server.request('GET', '/tokens?limit=500');
    const token = json.items.find(
      (one) => (one['person'] as { subject?: string } | undefined)?.subject === 'listed',
    );
    expect(token).toMatchObject({ name: 'browser', path: null, expiresAt: expect.any(String) as string });
    expect(token).not.toHaveProperty('role');
    const given = await server.request('POST', '/grants', {
      body: { principal: { kind: 'token', id: token?.id }, role: 'admin' },
    });
    expect([given.status, given.json.code]).toEqual([400, 'malformed-request']);
    await write(server, 'DELETE', `/tokens/${token?.id ?? ''}`);
    expect((await browser.ask('GET', '/me')).status).toBe(401);
  });

  test('ends when it has expired', async () => {
    const short = makeServer({ ...issuer.setting(), PALIMPSEST_SESSION_SECONDS: '1' });
    await short.start();
    signsInAs('short');
    const person = new Browser(short);
    expect((await person.ask('GET', await person.signInAt())).status).toBe(302);
    const browser = new Browser(short);
    const offered = await ask<{ link: string }>('login', '--data', short.directory);
    const code = offered.link.split('#code=')[1];
    const answer = await browser.ask('POST', '/session', { body: { code } });
    expect(answer.headers.getSetCookie()[0]).toContain('Max-Age=1');
    let status = 200;
    while (status === 200) status = (await browser.ask('GET', '/me')).status;
    expect(status).toBe(401);
    while ((await person.ask('GET', '/me')).status === 200);
    const isListed = async (): Promise<boolean> => {
      const listed = await ask<readonly { person?: unknown }[]>('token', 'list', '--data', short.directory);
      return listed.some((token) => token.person !== undefined);
    };
    expect(await isListed()).toBe(false);
    await short.stop();
    expect(await isListed()).toBe(false);
    await short.remove();
  });

  test('that stands there twice is none', async () => {
    const browser = await signedIn('twice');
    const { status } = await server.request('GET', '/me', {
      token: null,
      headers: { cookie: `${browser.cookie}; ${browser.cookie}` },
    });
    expect(status).toBe(401);
  });

  test('does not count beside a token, whoever that is of', async () => {
    const browser = await signedIn('beside');
    const as = (authorization: string): Promise<Answer> =>
      browser.ask('GET', '/me', { headers: { authorization } });
    expect((await as(`Bearer ${adminSecret}`)).json).toMatchObject({ kind: 'token', through: 'token' });
    expect((await as('Bearer wrong')).status).toBe(401);
    const other = await browser.ask('POST', '/pages', {
      headers: {
        ...speaks,
        authorization: `Bearer ${adminSecret}`,
        'sec-fetch-site': 'cross-site',
        origin: 'https://evil.example',
      },
      body: { type: 'document', content: { title: 'x' } },
    });
    expect(other.status).toBe(201);
  });

  test('has answers that no shared cache keeps', async () => {
    const shown = await createPage(server, { slug: 'shown' });
    await write(server, 'POST', `/pages/${shown.id}/publish`);
    const browser = await signedIn('reader');
    await grant(server, person('reader'), 'render');
    const answer = await browser.ask('GET', '/paths/shown');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('vary')).toBe('Authorization, User-Token, Schema-Version, Cookie');
    expect(answer.headers.get('cache-control')).toMatch(/^private/);
    expect(answer.headers.get('cache-control')).not.toMatch(/public/);
    expect(answer.headers.has('cdn-cache-control')).toBe(false);
  });
});

describe('A link of the operator', () => {
  test('signs a browser in, once', async () => {
    const code = await link();
    const browser = new Browser();
    expect((await browser.ask('POST', '/session', { body: { code } })).status).toBe(204);
    expect((await browser.ask('GET', '/me')).json).toMatchObject({
      kind: 'token',
      name: 'browser',
      through: 'session',
      grants: [{ role: 'admin', path: '/' }],
    });
    const again = await new Browser().ask('POST', '/session', { body: { code } });
    expect([again.status, again.json.code]).toEqual([401, 'unauthenticated']);
  });

  test('is for the role that was said', async () => {
    const browser = new Browser();
    await browser.ask('POST', '/session', { body: { code: await link('--role', 'editor') } });
    expect((await browser.ask('GET', '/me')).json).toMatchObject({ grants: [{ role: 'editor' }] });
  });

  test.each([{}, { code: 7 }, { code: 'x', more: 1 }, [], 'x', '{"code":"x","code":"y"}'])(
    'is no %j',
    async (body) => {
      const { status } = await new Browser().ask('POST', '/session', { body });
      expect([400, 422]).toContain(status);
    },
  );

  test('is nothing that can be guessed for long', async () => {
    const strict = makeServer({ PALIMPSEST_FAILURES_PER_MINUTE: '3' });
    await strict.start();
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++)
      statuses.push((await new Browser(strict).ask('POST', '/session', { body: { code: 'x' } })).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    await strict.remove();
  });

  test('is not followed for another site', async () => {
    const code = await link();
    const answer = await new Browser().ask('POST', '/session', {
      headers: { 'sec-fetch-site': 'cross-site' },
      body: { code },
    });
    expect([answer.status, answer.json.code]).toEqual([403, 'forbidden']);
    expect((await new Browser().ask('POST', '/session', { body: { code } })).status).toBe(204);
  });
});

describe('A page of another site', () => {
  const ours = (): string => server.url;

  test.each<[string, () => Readonly<Record<string, string>>, number]>([
    ['says that it is of another site', () => ({ 'sec-fetch-site': 'cross-site' }), 403],
    ['says that it is of a neighbour', () => ({ 'sec-fetch-site': 'same-site' }), 403],
    ['says that it is ours', () => ({ 'sec-fetch-site': 'same-origin' }), 201],
    ['was typed', () => ({ 'sec-fetch-site': 'none' }), 201],
    [
      'says that it is ours, whatever its origin',
      () => ({ 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }),
      201,
    ],
    ['has another origin', () => ({ origin: 'https://evil.example' }), 403],
    ['has no origin that it tells', () => ({ origin: 'null' }), 403],
    ['has our origin', () => ({ origin: ours() }), 201],
    ['says nothing', () => ({}), 201],
  ])('%s', async (_says, headers, status) => {
    const browser = new Browser();
    await browser.ask('POST', '/session', { body: { code: await link() } });
    const before = await server.position();
    const answer = await browser.ask('POST', '/pages', {
      headers: { ...speaks, ...headers() },
      body: { type: 'document', content: { title: 'x' } },
    });
    expect(answer.status).toBe(status);
    if (status === 403) {
      expect(answer.json.code).toBe('forbidden');
      expect(await server.position()).toBe(before);
      // Before anything is looked at: a body that is too large, a path that is none.
      expect((await browser.ask('PUT', '/nowhere', { headers: headers() })).status).toBe(403);
      expect((await browser.ask('DELETE', '/session', { headers: headers() })).status).toBe(403);
      expect((await browser.ask('GET', '/me', { headers: headers() })).status).toBe(200);
    }
  });
});

test('People and their sessions go with the log, and are what a replay makes of it', async () => {
  const browser = await signedIn('exported', { name: 'Exported', groups: ['writers'] });
  await grant(server, person('exported'), 'editor');
  const body = { type: 'document', content: { title: 'By somebody' } };
  expect((await browser.ask('POST', '/pages', { headers: speaks, body })).status).toBe(201);
  await server.stop();
  await succeed('verify', '--data', server.directory);
  const [file, copy] = [join(temporaryDirectory(), 'log.jsonl'), temporaryDirectory()];
  await succeed('export', 'jsonl', file, '--data', server.directory);
  await succeed('import', 'jsonl', file, '--data', copy);
  await succeed('verify', '--data', copy);
  expect(dumpProjections(copy)).toEqual(dumpProjections(server.directory));
  await server.start();
  expect((await browser.ask('GET', '/me')).json).toMatchObject({ name: 'Exported', through: 'session' });
});
