import { OAuth2Server, type MutableResponse, type MutableToken } from 'oauth2-mock-server';
import type { PersonTokens } from '../../src/identity/person-tokens.js';
import { RefusedSignIn, type SignInFaultFacts } from '../../src/identity/refused-sign-in.js';
import { SignIn, type PendingSignIn } from '../../src/identity/sign-in.js';
import { issuersOf } from '../../src/installation/issuer-settings.js';
import { refusalOf } from './refusal-of.js';
import { patienceMs, patientTokens } from '../support/issuer.js';

const redirectUri = 'https://cms.example.org/session/callback';

let server: OAuth2Server;
let url: string;
let tokens: PersonTokens;
let signIn: SignIn;

beforeAll(async () => {
  server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, 'localhost');
  url = server.issuer.url ?? '';
  const issuers = issuersOf(
    JSON.stringify({ issuer: url, audience: 'palimpsest', signIn: { clientId: 'palimpsest-web' } }),
  );
  tokens = patientTokens(issuers);
  signIn = new SignIn(issuers, tokens, undefined, patienceMs);
});
afterAll(() => server.stop());
afterEach(() => {
  server.service.removeAllListeners();
});

/** What a browser does that is sent there: it comes back with a query. */
async function visited(address: string): Promise<URLSearchParams> {
  const { headers } = await fetch(address, { redirect: 'manual' });
  return new URL(headers.get('location') ?? '').searchParams;
}

async function begun(): Promise<{ query: URLSearchParams; pending: PendingSignIn }> {
  const { address, pending } = await signIn.begin(url, redirectUri, Date.now());
  return { query: await visited(address), pending };
}

async function faultOf(
  query: URLSearchParams,
  pending: PendingSignIn,
  nowMs = Date.now(),
): Promise<SignInFaultFacts | undefined> {
  try {
    await signIn.complete(query, pending, nowMs);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedSignIn) return error.facts;
    throw error;
  }
}

test('Somebody signs in', async () => {
  server.service.on('beforeTokenSigning', ({ payload }: MutableToken) => {
    Object.assign(payload, { name: 'Ada Lovelace', groups: ['editors'] });
  });
  const { query, pending } = await begun();
  expect(await signIn.complete(query, pending, Date.now())).toMatchObject({
    issuer: url,
    subject: 'johndoe',
    name: 'Ada Lovelace',
    groups: ['editors'],
  });
});

test('The address says all that the answer is held against, and keeps the secret', async () => {
  const { address, pending } = await signIn.begin(url, redirectUri, 1_000);
  const { origin, pathname, searchParams } = new URL(address);
  expect(origin + pathname).toBe(`${url}/authorize`);
  expect(Object.fromEntries(searchParams)).toEqual({
    client_id: 'palimpsest-web',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email',
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
    code_challenge_method: 'S256',
  });
  expect(address).not.toContain(pending.codeVerifier);
  expect(JSON.parse(JSON.stringify(pending))).toEqual(pending);
  expect(pending.expiresAtMs).toBe(601_000);
  const { pending: next } = await signIn.begin(url, redirectUri, 1_000);
  for (const secret of ['state', 'nonce', 'codeVerifier'] as const)
    expect(next[secret]).not.toBe(pending[secret]);
});

describe('Nobody is signed in', () => {
  test('by an answer to something else, or to nothing', async () => {
    const { query, pending } = await begun();
    const other = await begun();
    expect(await faultOf(query, other.pending)).toEqual({ fault: 'wrong-state', issuer: url });
    const bare = new URLSearchParams(query);
    bare.delete('state');
    expect(await faultOf(bare, pending)).toEqual({ fault: 'wrong-state', issuer: url });
    const twice = new URLSearchParams(query);
    twice.append('state', pending.state);
    expect(await faultOf(twice, pending)).toEqual({ fault: 'wrong-state', issuer: url });
    expect(await faultOf(query, pending)).toBeUndefined();
  });

  test('by an answer that comes too late', async () => {
    const { query, pending } = await begun();
    expect(await faultOf(query, pending, pending.expiresAtMs)).toEqual({ fault: 'too-late', issuer: url });
    expect(await faultOf(query, pending, pending.expiresAtMs - 1)).toBeUndefined();
  });

  test('by the code of somebody else, or one that was used', async () => {
    const [mine, theirs] = [await begun(), await begun()];
    mine.query.set('code', theirs.query.get('code') ?? '');
    const refused = { fault: 'issuer-refused', issuer: url, error: 'invalid_request' };
    expect(await faultOf(mine.query, mine.pending)).toEqual(refused);
    const { query, pending } = await begun();
    expect(await faultOf(query, pending)).toBeUndefined();
    expect(await faultOf(query, pending)).toEqual(refused);
  });

  test('when they say no, or the issuer does', async () => {
    const { pending } = await begun();
    const answer = (error: string): URLSearchParams => new URLSearchParams({ error, state: pending.state });
    expect(await faultOf(answer('access_denied'), pending)).toEqual({
      fault: 'denied',
      issuer: url,
      error: 'access_denied',
    });
    expect(await faultOf(answer('invalid_scope'), pending)).toMatchObject({ fault: 'issuer-refused' });
    expect(await faultOf(answer('temporarily_unavailable'), pending)).toMatchObject({
      fault: 'issuer-unavailable',
    });
    expect(await faultOf(answer('<script>'), pending)).toEqual({ fault: 'issuer-refused', issuer: url });
  });

  test('by the answer of another issuer (RFC 9207)', async () => {
    const { query, pending } = await begun();
    query.set('iss', 'https://evil.example');
    expect(await faultOf(query, pending)).toEqual({ fault: 'wrong-answer', issuer: url });
  });

  test.each<[string, (token: MutableToken) => void]>([
    ['for another client', ({ payload }) => (payload['aud'] = 'other')],
    ['for another time', ({ payload }) => (payload['nonce'] = 'other')],
    ['of another issuer', ({ payload }) => (payload.iss = 'https://evil.example')],
    ['that has expired', ({ payload }) => (payload.exp = 1)],
    ['of nobody', ({ payload }) => delete payload['sub']],
    ['of a nameless one', ({ payload }) => (payload['sub'] = '')],
    ['of another kind', ({ header }) => (header['typ'] = 'logout+jwt')],
    ['signed by nobody', ({ header }) => (header['kid'] = 'other')],
  ])('by an ID token %s', async (_what, change) => {
    const { query, pending } = await begun();
    server.service.on('beforeTokenSigning', change);
    expect(await faultOf(query, pending)).toEqual({ fault: 'wrong-answer', issuer: url });
  });

  test.each<[string, (response: MutableResponse) => void, SignInFaultFacts['fault']]>([
    ['no ID token', ({ body }) => delete (body as Record<string, unknown>)['id_token'], 'wrong-answer'],
    ['nothing', (response) => (response.body = ''), 'wrong-answer'],
    ['too much', (response) => (response.body = { filler: 'x'.repeat(600_000) }), 'issuer-unavailable'],
    ['that it is not well', (response) => (response.statusCode = 500), 'wrong-answer'],
    ['another address', (response) => (response.statusCode = 302), 'wrong-answer'],
  ])('when the issuer answers %s', async (_what, change, fault) => {
    const { query, pending } = await begun();
    server.service.on('beforeResponse', change);
    expect(await faultOf(query, pending)).toEqual({ fault, issuer: url });
  });
});

test('Two people who sign in at once are two', async () => {
  const both = await Promise.all([begun(), begun()]);
  let people = 0;
  server.service.on('beforeTokenSigning', ({ payload }: MutableToken) => {
    if (payload['aud'] === 'palimpsest-web') payload['sub'] = `person-${(people += 1)}`;
  });
  const found = await Promise.all(
    both.map(({ query, pending }) => signIn.complete(query, pending, Date.now())),
  );
  expect(found.map(({ subject }) => subject).sort()).toEqual(['person-1', 'person-2']);
});

test('An ID token that somebody signed in by is no bearer token afterwards', async () => {
  const { query, pending } = await begun();
  let idToken = '';
  server.service.on('beforeResponse', ({ body }: MutableResponse) => {
    ({ id_token: idToken } = body as { id_token: string });
  });
  await signIn.complete(query, pending, Date.now());
  expect(tokens.remembered(idToken, Date.now())).toBeUndefined();
  expect(await refusalOf(tokens, idToken, Date.now())).toMatchObject({ fault: 'wrong-type' });
});
