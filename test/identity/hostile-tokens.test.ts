import { isPersonToken } from '../../src/identity/is-person-token.js';
import type { RefusedToken } from '../../src/identity/refused-token.js';
import { nowMs, startIssuer, patientTokens } from '../support/issuer.js';
import { ec, hostile, issuer, rsa, token } from './hostile-tokens.js';
import { refusalOf } from './refusal-of.js';

describe('A token is refused that has', () => {
  test.each(hostile)('%s: %s', async (_what, fault, wrong, right) => {
    const tokens = patientTokens([issuer.trusted()]);
    expect(await tokens.verify(right(), nowMs)).toMatchObject({ issuer: issuer.url });
    expect(await refusalOf(tokens, wrong())).toMatchObject({ fault });
    expect(issuer.asked).not.toContain('/evil');
  });
});

test('An algorithm that an issuer may not use is refused before it is asked for keys', async () => {
  const strict = await startIssuer(rsa, ec);
  const tokens = patientTokens([strict.trusted({ algorithms: ['ES256'] })]);
  const iss = strict.url;
  expect(await refusalOf(tokens, token({}, { iss }))).toEqual({ fault: 'wrong-algorithm', issuer: iss });
  expect(strict.asked).toEqual([]);
  expect(await refusalOf(tokens, token({}, { iss }, ec))).toBeUndefined();
});

test('ID tokens are accepted where that is said, and tokens for anything else are not', async () => {
  const tokens = patientTokens([issuer.trusted({ acceptIdTokens: true })]);
  for (const typ of ['JWT', 'jwt', undefined, 'at+jwt'])
    expect(await refusalOf(tokens, token({ typ }))).toBeUndefined();
  for (const typ of ['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'oauth-authz-req+jwt', '', 7, null])
    expect(await refusalOf(tokens, token({ typ }))).toEqual({ fault: 'wrong-type', issuer: issuer.url });
});

test('Nothing of a token is in what is logged of it', async () => {
  const tokens = patientTokens([issuer.trusted()]);
  for (const [, , wrong] of hostile) {
    const error = await tokens.verify(wrong(), nowMs).catch((thrown: unknown) => thrown);
    expect((error as RefusedToken).message).toMatch(
      /^a token( of http:\/\/127\.0\.0\.1:\d+)? is refused: [a-z-]+( \((iss|aud|sub|exp|iat|nbf)\))?$/,
    );
  }
});

test.each([
  ['of ours', 'palimpsest_PkE1KoNfq2cQG6hKx3mJ8Zr7nTtYwVbLsDdHgUeXo4A', false],
  ['of an operator', 'a.long.secret-of-the-operators-own-making', false],
  ['of two parts', 'eyJhbGciOiJSUzI1NiJ9.e30', false],
  ['of five parts, which is encrypted', 'eyJhbGciOiJSUzI1NiJ9.a.b.c.d', false],
  ['with padding', 'eyJhbGciOiJSUzI1NiJ9.e30=.c2ln', false],
  ['with white space', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln ', false],
  ['of no part', '', false],
  ['of an issuer', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln', true],
  ['of one whose header begins with a new line', 'ewogICJhbGciOiJSUzI1NiJ9.e30.c2ln', true],
  ['without a signature', 'eyJhbGciOiJub25lIn0.e30.', true],
])('Whether a token looks like that of a person: one %s', (_whose, text, looks) => {
  expect(isPersonToken(text)).toBe(looks);
});
