import { decodeProtectedHeader } from 'jose';
import { OAuth2Server, type MutableToken } from 'oauth2-mock-server';
import type { PersonTokens } from '../../src/identity/person-tokens.js';
import { issuersOf } from '../../src/installation/issuer-settings.js';
import { refusalOf } from './refusal-of.js';
import { patientTokens } from '../support/issuer.js';

let server: OAuth2Server;
let tokens: PersonTokens;

beforeAll(async () => {
  server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, 'localhost');
  tokens = patientTokens(issuersOf(JSON.stringify({ issuer: server.issuer.url, audience: 'palimpsest' })));
});

afterAll(() => server.stop());

/** A token as programs get it (RFC 6749 §4.4), with what the issuer is told to say in it. */
async function issued(change: (token: MutableToken) => void): Promise<string> {
  server.service.once('beforeTokenSigning', change);
  const answer = await fetch(`${server.issuer.url}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', aud: 'palimpsest' }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
}

const asAda = ({ header, payload }: MutableToken): void => {
  header['typ'] = 'at+jwt';
  Object.assign(payload, { sub: 'ada', name: 'Ada Lovelace', groups: ['editors'] });
};

test('A person comes with the token of an issuer that is software of others', async () => {
  expect(await tokens.verify(await issued(asAda), Date.now())).toMatchObject({
    issuer: server.issuer.url,
    subject: 'ada',
    name: 'Ada Lovelace',
    groups: ['editors'],
  });
});

test('It takes a new key, and people go on', async () => {
  await server.issuer.keys.generate('ES256');
  const kinds = new Set<unknown>();
  for (let i = 0; i < 4; i++) {
    const token = await issued(asAda);
    kinds.add(decodeProtectedHeader(token).alg);
    expect(await refusalOf(tokens, token, Date.now())).toBeUndefined();
  }
  expect([...kinds].sort()).toEqual(['ES256', 'RS256']);
});

test('A token for something else, or without a name, is refused', async () => {
  const forOthers = await issued((token) => {
    asAda(token);
    token.payload['aud'] = 'other';
  });
  expect(await refusalOf(tokens, forOthers, Date.now())).toMatchObject({ fault: 'wrong-audience' });
  const ofAProgram = await issued(({ header }) => (header['typ'] = 'at+jwt'));
  expect(await refusalOf(tokens, ofAProgram, Date.now())).toMatchObject({
    fault: 'claim-missing',
    claim: 'sub',
  });
});
