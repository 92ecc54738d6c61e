import type { TokenFault } from '../../src/identity/refused-token.js';
import {
  claimsFor,
  newKey,
  nowMs,
  signed,
  startIssuer,
  type TestIssuer,
  patientTokens,
} from '../support/issuer.js';

type Members = Readonly<Record<string, unknown>>;

const key = newKey('ES256', 'k');
const foreign = newKey('ES256', 'k');

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer(key);
});

function idToken(claims: Members = {}, header: Members = {}, by = key): string {
  const all = claimsFor(issuer, { aud: 'web', nonce: 'once', ...claims });
  return signed({ alg: 'ES256', kid: 'k', typ: 'JWT', ...header }, all, by);
}

test('An ID token tells who has signed in, also where ID tokens are no bearer tokens', async () => {
  const tokens = patientTokens([issuer.trusted()]);
  for (const token of [idToken(), idToken({ aud: ['web'] }), idToken({}, { typ: undefined })]) {
    const person = await tokens.verifyIdToken(token, issuer.url, { clientId: 'web', nonce: 'once' }, nowMs);
    expect(person).toMatchObject({ issuer: issuer.url, subject: 'ada' });
    expect(tokens.remembered(token, nowMs)).toBeUndefined();
  }
});

test.each<[string, TokenFault, () => string]>([
  ['for another time', 'wrong-nonce', () => idToken({ nonce: 'twice' })],
  ['for any time', 'wrong-nonce', () => idToken({ nonce: undefined })],
  ['for this server, and no client', 'wrong-audience', () => idToken({ aud: 'palimpsest' })],
  ['of another issuer', 'claim-invalid', () => idToken({ iss: 'https://evil.example' })],
  ['by another key', 'wrong-signature', () => idToken({}, {}, foreign)],
  ['of another kind', 'wrong-type', () => idToken({}, { typ: 'logout+jwt' })],
  ['that is too long', 'too-long', () => idToken({ filler: 'x'.repeat(13_000) })],
  ['that is none', 'malformed', () => 'e30.e30'],
])('One %s is refused: %s', async (_what, fault, token) => {
  const tokens = patientTokens([issuer.trusted()]);
  const expected = { clientId: 'web', nonce: 'once' };
  await expect(tokens.verifyIdToken(token(), issuer.url, expected, nowMs)).rejects.toMatchObject({
    facts: { fault },
  });
});

test('Of an issuer that nobody has named, there are none', async () => {
  const tokens = patientTokens([]);
  const verified = tokens.verifyIdToken(idToken(), issuer.url, { clientId: 'web', nonce: 'once' }, nowMs);
  await expect(verified).rejects.toMatchObject({ facts: { fault: 'unknown-issuer' } });
});
