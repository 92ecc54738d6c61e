import fc from 'fast-check';
import type { PersonTokens } from '../../src/identity/person-tokens.js';
import { RefusedToken } from '../../src/identity/refused-token.js';
import { anyCharacter } from '../../src/schema/laws/any-character.js';
import {
  claimsFor,
  encoded,
  newKey,
  nowMs,
  signed,
  startIssuer,
  type TestIssuer,
  patientTokens,
} from '../support/issuer.js';

const key = newKey('ES256', 'k');

let issuer: TestIssuer;
let tokens: PersonTokens;
beforeAll(async () => {
  issuer = await startIssuer(key);
  const said = { acceptIdTokens: true, groupsClaim: '/realm/roles', nameClaim: '/names/0' };
  tokens = patientTokens([issuer.trusted(said)]);
});

/** Whether it is accepted; whatever is thrown but a refusal is a bug. */
async function isAccepted(token: string): Promise<boolean> {
  try {
    const { subject, groups, expiresAtMs } = await tokens.verify(token, nowMs);
    for (const text of [subject, ...groups]) expect(text).toMatch(/^[^\p{Cs}]+$/u);
    expect(Number.isFinite(expiresAtMs)).toBe(true);
    return true;
  } catch (error) {
    if (error instanceof RefusedToken) return false;
    throw error;
  }
}

const members = (...names: readonly string[]) =>
  fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof(fc.jsonValue(), fc.double(), fc.string({ unit: anyCharacter })),
  );

test('Whatever an issuer signs is accepted or refused', async () => {
  const header = members('alg', 'kid', 'typ', 'crit', 'b64', 'jwk', 'x5c', 'cty', 'zip', '__proto__');
  const claims = members(
    'sub',
    'exp',
    'iat',
    'nbf',
    'aud',
    'iss',
    'realm',
    'names',
    'email',
    'cnf',
    'events',
    'toString',
  );
  await fc.assert(
    fc.asyncProperty(header, claims, async (others, said) => {
      const all = { alg: 'ES256', kid: 'k', typ: 'at+jwt', ...others };
      await isAccepted(signed(all, claimsFor(issuer, said), key));
    }),
    { numRuns: 1_000 },
  );
});

test('Whatever anybody sends is refused, and no right token is accepted with another character', async () => {
  const right = signed({ alg: 'ES256', kid: 'k', typ: 'at+jwt' }, claimsFor(issuer), key);
  expect(await isAccepted(right)).toBe(true);
  // The last character of a signature of 64 bytes has four bits that nobody looks at.
  const place = fc.nat(right.length - 2);
  await fc.assert(
    fc.asyncProperty(place, fc.string({ maxLength: 3, unit: anyCharacter }), async (at, put) => {
      const other = right.slice(0, at) + put + right.slice(at + 1);
      expect(await isAccepted(other)).toBe(other === right);
    }),
    { numRuns: 500 },
  );
  const part = fc.oneof(fc.base64String(), fc.jsonValue().map(encoded), fc.string());
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
      expect(await isAccepted(parts.join('.'))).toBe(false);
    }),
    { numRuns: 500 },
  );
});
