import { SignIn } from '../../src/identity/sign-in.js';
import { newKey, patienceMs, patientTokens, signed, startIssuer } from '../support/issuer.js';

const redirectUri = 'https://cms.example.org/session/callback';

describe('An issuer', () => {
  const key = newKey('ES256', 'k');
  const nowMs = Date.now();
  const troubles: [issuer: string, message: string][] = [];

  async function another(signInSaid: Readonly<Record<string, unknown>> | undefined) {
    const issuer = await startIssuer(key);
    const trusted = [issuer.trusted(signInSaid ? { signIn: signInSaid } : {})];
    const trouble = (at: string, { message }: { readonly message: string }): void => {
      troubles.push([at, message]);
    };
    const signIn = new SignIn(trusted, patientTokens(trusted), trouble, patienceMs);
    return { issuer, signIn };
  }

  const metadata = (at: string, more = {}) => ({
    issuer: at,
    jwks_uri: `${at}/jwks`,
    authorization_endpoint: `${at}/authorize`,
    token_endpoint: `${at}/token`,
    id_token_signing_alg_values_supported: ['ES256'],
    ...more,
  });

  test('where nobody can sign in is not one of those where people can', async () => {
    const { issuer, signIn: none } = await another(undefined);
    expect(none.issuers).toEqual([]);
    await expect(none.begin(issuer.url, redirectUri, nowMs)).rejects.toThrow(
      new RangeError(`nobody can sign in at ${issuer.url}: it has no signIn in the settings`),
    );
    const { issuer: one, signIn: some } = await another({ clientId: 'web' });
    expect(some.issuers).toEqual([one.url]);
  });

  test('is asked once where people are to be sent, and after it was down again', async () => {
    const { issuer, signIn: here } = await another({ clientId: 'web' });
    issuer.answer = (_path, response) => response.destroy();
    const begin = (atMs: number) => here.begin(issuer.url, redirectUri, atMs);
    const refused = { facts: { fault: 'issuer-unavailable', issuer: issuer.url } };
    for (const afterMs of [0, 1, 4_999]) await expect(begin(nowMs + afterMs)).rejects.toMatchObject(refused);
    expect(issuer.asked).toHaveLength(1);
    issuer.answer = (_path, response) => response.end(JSON.stringify(metadata(issuer.url)));
    expect(troubles).toEqual([
      [issuer.url, `${issuer.url}/.well-known/openid-configuration can't be reached`],
    ]);
    await Promise.all(Array.from({ length: 100 }, () => begin(nowMs + 5_000)));
    await begin(nowMs + 604_999);
    expect(issuer.asked).toHaveLength(2);
    await begin(nowMs + 605_000);
    expect(issuer.asked).toHaveLength(3);
  });

  test.each(['authorization_endpoint', 'token_endpoint'])(
    'is not gone to without TLS: %s',
    async (member) => {
      const { issuer, signIn: here } = await another({ clientId: 'web' });
      issuer.answer = (_path, response) =>
        response.end(JSON.stringify(metadata(issuer.url, { [member]: 'http://id.example/here' })));
      await expect(here.begin(issuer.url, redirectUri, nowMs)).rejects.toMatchObject({
        facts: { fault: 'issuer-unavailable' },
      });
    },
  );

  test.each([
    ['in the header, where it doesn’t say how', {}, 'Basic d2ViOmh1c2g=', null],
    [
      'in the body, where it wants that',
      { token_endpoint_auth_methods_supported: ['client_secret_post'] },
      undefined,
      'hush',
    ],
  ])('gets the secret %s', async (_how, more, authorization, inBody) => {
    const { issuer, signIn: here } = await another({ clientId: 'web', clientSecret: 'hush' });
    const sent: { authorization?: string | undefined; body?: URLSearchParams } = {};
    const nonces: string[] = [];
    issuer.answer = (path, response) => {
      if (path === '/jwks') return response.end(JSON.stringify({ keys: issuer.keys }));
      if (path !== '/token') return response.end(JSON.stringify(metadata(issuer.url, more)));
      sent.authorization = response.req.headers.authorization;
      response.req.setEncoding('utf8').on('data', (text: string) => (sent.body = new URLSearchParams(text)));
      response.req.on('end', () => {
        const iat = Math.floor(Date.now() / 1000);
        const claims = { iss: issuer.url, aud: 'web', sub: 'ada', iat, exp: iat + 60, nonce: nonces[0] };
        const idToken = signed({ alg: 'ES256', kid: 'k' }, claims, key);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ access_token: 'x', token_type: 'Bearer', id_token: idToken }));
      });
      return undefined;
    };
    const { pending } = await here.begin(issuer.url, redirectUri, Date.now());
    nonces.push(pending.nonce);
    const query = new URLSearchParams({ code: 'c', state: pending.state });
    expect(await here.complete(query, pending, Date.now())).toMatchObject({ subject: 'ada' });
    expect(sent.authorization).toBe(authorization);
    expect(sent.body?.get('client_secret')).toBe(inBody);
    expect(sent.body?.get('code_verifier')).toBe(pending.codeVerifier);
    expect(sent.body?.get('redirect_uri')).toBe(redirectUri);
  });
});
