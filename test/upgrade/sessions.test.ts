import { buildOf } from '../support/builds.js';
import { startSignInIssuer, type SignInIssuer } from '../support/people.js';
import { makeSite, type Site } from './releases.js';

let issuer: SignInIssuer;

beforeAll(async () => {
  issuer = await startSignInIssuer();
});
afterAll(async () => {
  await issuer.server.stop();
});

const [older, newer] = [buildOf('1.0.0'), buildOf('1.1.0')];

/** One request of a browser, which follows nothing. */
function visit({ port }: Site, path: string, cookie = ''): Promise<Response> {
  const headers = { connection: 'close', cookie };
  return fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', headers });
}

async function exchange({ port }: Site, code: string): Promise<number> {
  const headers = { connection: 'close', 'content-type': 'application/json' };
  const body = JSON.stringify({ code });
  return (await fetch(`http://127.0.0.1:${port}/session`, { method: 'POST', headers, body })).status;
}

async function linkOf(site: Site): Promise<string> {
  const { code, output } = await site.run(older, 'login');
  expect(code).toBe(0);
  return /#code=(\S+)/.exec(output)?.[1] ?? '';
}

/** Begins to sign in, and signs in at the issuer: where the browser comes back to, and its cookie. */
async function signIn(site: Site): Promise<{ readonly back: string; readonly cookie: string }> {
  const begun = await visit(site, '/session/sign-in');
  const [cookie = ''] = (begun.headers.getSetCookie()[0] ?? '').split(';');
  const there = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  const { pathname, search } = new URL(there.headers.get('location') ?? '');
  return { back: pathname + search, cookie };
}

test('links and sign-ins that are under way are finished by the version that takes over, and by the one after it, once', async () => {
  const site = makeSite();
  const old = await site.serve(older, issuer.setting());
  const [used, first, second] = [await linkOf(site), await linkOf(site), await linkOf(site)];
  expect(await exchange(site, used)).toBe(204);
  const [one, other] = [await signIn(site), await signIn(site)];

  expect(await site.run(newer, 'upgrade')).toMatchObject({ code: 0 });
  expect((await old.ended).code).toBe(0);
  expect([await exchange(site, used), await exchange(site, first), await exchange(site, first)]).toEqual([
    401, 204, 401,
  ]);
  expect((await visit(site, one.back, other.cookie)).status).toBe(401);
  const signedIn = await visit(site, one.back, one.cookie);
  expect([signedIn.status, signedIn.headers.getSetCookie().length]).toEqual([302, 1]);
  expect((await visit(site, one.back, one.cookie)).status).toBe(401);

  expect(await site.run(older, 'revert')).toMatchObject({ code: 0 });
  expect([await exchange(site, first), await exchange(site, second)]).toEqual([401, 204]);
  expect((await visit(site, other.back, other.cookie)).status).toBe(302);
});
