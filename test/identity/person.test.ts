import type { VerifiedPerson } from '../../src/identity/person.js';
import {
  claimsFor,
  newKey,
  nowMs,
  nowSeconds,
  signed,
  startIssuer,
  type TestIssuer,
  patientTokens,
} from '../support/issuer.js';
import { refusalOf } from './refusal-of.js';

type Members = Readonly<Record<string, unknown>>;

const key = newKey('ES256', 'k');

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer(key);
});

function token(claims: Members): string {
  return signed({ alg: 'ES256', kid: 'k', typ: 'at+jwt' }, claimsFor(issuer, claims), key);
}

function personOf(claims: Members, said: Members = {}): Promise<VerifiedPerson> {
  return patientTokens([issuer.trusted(said)]).verify(token(claims), nowMs);
}

describe('A person is refused', () => {
  const many = (length: number): string[] => Array.from({ length }, (_, i) => `g${i}`);
  const longGroup = 'g'.repeat(257);

  test.each<[string, Members, string, string, Members]>([
    [
      'with a subject of 256 characters',
      { sub: 's'.repeat(256) },
      'claim-invalid',
      'sub',
      { sub: 's'.repeat(255) },
    ],
    ['with a new line in the subject', { sub: 'ada\n' }, 'claim-invalid', 'sub', { sub: 'ada' }],
    ['with a NUL in the subject', { sub: 'ada\0' }, 'claim-invalid', 'sub', { sub: 'ada' }],
    [
      'with half a character in the subject',
      { sub: 'ada\ud800' },
      'claim-invalid',
      'sub',
      { sub: 'ada\u{1f600}' },
    ],
    ['in 501 groups', { groups: many(501) }, 'too-many-groups', 'groups', { groups: many(500) }],
    [
      'in a group with a long name',
      { groups: [longGroup] },
      'claim-invalid',
      'groups',
      { groups: [longGroup.slice(1)] },
    ],
    ['in a nameless group', { groups: [''] }, 'claim-invalid', 'groups', { groups: [] }],
    ['in a number of groups', { groups: 7 }, 'claim-invalid', 'groups', { groups: '7' }],
    ['in groups with numbers', { groups: ['a', 7] }, 'claim-invalid', 'groups', { groups: ['a', '7'] }],
    ['in groups that are an object', { groups: { a: true } }, 'claim-invalid', 'groups', { groups: ['a'] }],
  ])('%s', async (_what, wrong, fault, claim, right) => {
    const tokens = patientTokens([issuer.trusted()]);
    expect(await refusalOf(tokens, token(right))).toBeUndefined();
    expect(await refusalOf(tokens, token(wrong))).toEqual({ fault, claim, issuer: issuer.url });
  });
});

test('A person is who the issuer says', async () => {
  const claims = { sub: '8f1c', name: 'Ada Lovelace', email: 'ada@example.org', groups: ['b', 'a', 'b'] };
  expect(await personOf(claims)).toEqual({
    issuer: issuer.url,
    subject: '8f1c',
    name: 'Ada Lovelace',
    email: 'ada@example.org',
    groups: ['a', 'b'],
    expiresAtMs: nowMs + 600_000,
  });
});

test('Without more than a subject they are nobody else', async () => {
  expect(await personOf({ sub: 'ada' })).toEqual({
    issuer: issuer.url,
    subject: 'ada',
    groups: [],
    expiresAtMs: nowMs + 600_000,
  });
});

test.each<[string, Members, string | undefined]>([
  ['that is long is cut', { name: 'n'.repeat(300) }, 'n'.repeat(200)],
  ['is not cut within a character', { name: `${'n'.repeat(199)}\u{1f600}` }, 'n'.repeat(199)],
  ['has spaces where it had control characters', { name: '\tAda\u0000Lovelace\r\n' }, 'Ada Lovelace'],
  ['that is no text is none', { name: { given: 'Ada' } }, undefined],
  ['of nothing is none', { name: ' \n ' }, undefined],
])('A name %s', async (_what, claims, name) => {
  expect((await personOf(claims)).name).toBe(name);
});

test.each<[string, Members, string | undefined]>([
  ['that may be somebody else’s is left out', { email: 'ada@example.org', email_verified: false }, undefined],
  [
    'that the issuer vouches for is told',
    { email: 'ada@example.org', email_verified: true },
    'ada@example.org',
  ],
  ['that is too long is left out', { email: `${'a'.repeat(320)}@example.org` }, undefined],
])('An address %s', async (_what, claims, email) => {
  expect((await personOf(claims)).email).toBe(email);
});

test.each<[string, string, Members]>([
  ['another name', 'roles', { roles: ['a'] }],
  ['an address for a name', 'https://example.org/groups', { 'https://example.org/groups': ['a'] }],
  ['a JSON pointer', '/realm_access/roles', { realm_access: { roles: ['a'] } }],
  ['a JSON pointer with a slash in a name', '/a~1b/c', { 'a/b': { c: ['a'] } }],
])('Groups are found by %s', async (_what, groupsClaim, claims) => {
  expect((await personOf(claims, { groupsClaim })).groups).toEqual(['a']);
  expect((await personOf({ groups: ['b'] }, { groupsClaim })).groups).toEqual([]);
});

test('What claims inherit is no claim', async () => {
  const said = { groupsClaim: '/constructor/name', nameClaim: 'toString' };
  expect(await personOf({}, said)).toMatchObject({ groups: [] });
  expect((await personOf({}, said)).name).toBeUndefined();
});

test('They are that until the token expires, or gets too old', async () => {
  const claims = { iat: nowSeconds - 100, exp: nowSeconds + 10_000 };
  expect((await personOf(claims)).expiresAtMs).toBe(nowMs + 10_000_000);
  expect((await personOf(claims, { maxTokenAgeSeconds: 3600 })).expiresAtMs).toBe(nowMs + 3_500_000);
});
