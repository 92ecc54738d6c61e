import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { TokenFault } from '../../src/identity/refused-token.js';
import {
  claimsFor,
  encoded,
  newKey,
  nowSeconds,
  signed,
  signedByHmac,
  startIssuer,
  type IssuerKey,
  type TestIssuer,
} from '../support/issuer.js';

type Members = Readonly<Record<string, unknown>>;

export const rsa = newKey('RS256', 'r1');
const pss = newKey('PS256', 'p1');
export const ec = newKey('ES256', 'e1');
const ed = newKey('EdDSA', 'd1');
/** Whoever attacks has a key, too. */
export const foreign = newKey('RS256', 'r1');

export let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer(rsa, pss, ec, ed);
});

/** A right token, but for these members of its header and its claims; undefined takes one away. */
export function token(header: Members = {}, claims: Members = {}, key: IssuerKey = rsa): string {
  const { alg, jwk } = key;
  return signed({ alg, kid: jwk['kid'], typ: 'at+jwt', ...header }, claimsFor(issuer, claims), key);
}

function parts(text: string): readonly [string, string, string] {
  const [header = '', claims = '', signature = ''] = text.split('.');
  return [header, claims, signature];
}

const unsigned = (text: string): string => text.slice(0, text.lastIndexOf('.') + 1);

const pem = () => createPublicKey(rsa.privateKey).export({ type: 'spki', format: 'pem' });
const foreignJwk = () => createPublicKey(foreign.privateKey).export({ format: 'jwk' });
const hmacHeader = { alg: 'HS256', kid: 'r1', typ: 'at+jwt' };

/** An EC signature is (r, s): another curve's is longer, and half of one is none. */
const ofOtherCurve = (): string => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  return signed({ alg: 'ES256', kid: 'e1', typ: 'at+jwt' }, claimsFor(issuer), { privateKey, alg: 'ES256' });
};

const tampered = (): string => {
  const [header, , signature] = parts(token());
  return [header, encoded(claimsFor(issuer, { sub: 'eve' })), signature].join('.');
};

const truncated = (key: IssuerKey, characters: number): string => token({}, {}, key).slice(0, -characters);

/** What is wrong, how it is refused, the token, and its sibling, which differs only in being right. */
export const hostile: readonly (readonly [string, TokenFault, () => string, () => string])[] = [
  ['no signature, and alg none', 'wrong-algorithm', () => unsigned(token({ alg: 'none' })), () => token()],
  ['a signature, and alg none', 'wrong-algorithm', () => token({ alg: 'none' }), () => token()],
  ['alg nOnE', 'wrong-algorithm', () => token({ alg: 'nOnE' }), () => token()],
  ['no alg', 'malformed', () => token({ alg: undefined }), () => token({ alg: 'RS256' })],
  ['an alg that is a list', 'malformed', () => token({ alg: ['RS256'] }), () => token()],
  [
    'HS256 by the public key as PEM',
    'wrong-algorithm',
    () => signedByHmac(hmacHeader, claimsFor(issuer), pem()),
    () => token(),
  ],
  [
    'HS256 by the public key as JWK',
    'wrong-algorithm',
    () => signedByHmac(hmacHeader, claimsFor(issuer), JSON.stringify(rsa.jwk)),
    () => token(),
  ],
  [
    'HS256 by the modulus',
    'wrong-algorithm',
    () => signedByHmac(hmacHeader, claimsFor(issuer), Buffer.from(rsa.jwk['n'] ?? '', 'base64url')),
    () => token(),
  ],
  [
    'an algorithm that the key is not for',
    'unknown-key',
    () => token({ alg: 'PS256' }, {}, { ...rsa, alg: 'PS256' }),
    () => token({}, {}, pss),
  ],
  ['the key of somebody else under its name', 'wrong-signature', () => token({}, {}, foreign), () => token()],
  ['claims that were changed', 'wrong-signature', tampered, () => token({}, { sub: 'eve' })],
  ['a signature of another curve', 'wrong-signature', ofOtherCurve, () => token({}, {}, ec)],
  ['half a signature (ES256)', 'wrong-signature', () => truncated(ec, 43), () => token({}, {}, ec)],
  ['a signature cut short (RS256)', 'wrong-signature', () => truncated(rsa, 4), () => token()],
  ['a signature cut short (EdDSA)', 'wrong-signature', () => truncated(ed, 4), () => token({}, {}, ed)],
  ['no signature', 'wrong-signature', () => unsigned(token()), () => token()],
  ['another issuer', 'unknown-issuer', () => token({}, { iss: 'https://evil.example' }), () => token()],
  ['the issuer with a slash', 'unknown-issuer', () => token({}, { iss: `${issuer.url}/` }), () => token()],
  ['no issuer', 'unknown-issuer', () => token({}, { iss: undefined }), () => token()],
  ['a list of issuers', 'unknown-issuer', () => token({}, { iss: [issuer.url] }), () => token()],
  [
    'another audience',
    'wrong-audience',
    () => token({}, { aud: 'palimpsest2' }),
    () => token({}, { aud: ['other', 'palimpsest'] }),
  ],
  ['an audience in other letters', 'wrong-audience', () => token({}, { aud: 'Palimpsest' }), () => token()],
  ['no audience', 'claim-missing', () => token({}, { aud: undefined }), () => token()],
  ['no audience in the list', 'wrong-audience', () => token({}, { aud: [] }), () => token()],
  ['the type of an ID token', 'wrong-type', () => token({ typ: 'JWT' }), () => token({ typ: 'at+jwt' })],
  ['no type', 'wrong-type', () => token({ typ: undefined }), () => token({ typ: 'application/at+jwt' })],
  [
    'the type of a logout token',
    'wrong-type',
    () => token({ typ: 'logout+jwt' }),
    () => token({ typ: 'AT+JWT' }),
  ],
  ['no expiry', 'claim-missing', () => token({}, { exp: undefined }), () => token()],
  ['no time of issue', 'claim-missing', () => token({}, { iat: undefined }), () => token()],
  ['nobody', 'claim-missing', () => token({}, { sub: undefined }), () => token()],
  ['a nameless one', 'claim-invalid', () => token({}, { sub: '' }), () => token({}, { sub: ' ' })],
  ['a number for a person', 'claim-invalid', () => token({}, { sub: 7 }), () => token({}, { sub: '7' })],
  ['an expiry in words', 'claim-invalid', () => token({}, { exp: '2035-01-01' }), () => token()],
  [
    'an expiry that never comes',
    'claim-invalid',
    () => {
      const [header] = parts(token());
      const claims = JSON.stringify(claimsFor(issuer)).replace(/"exp":\d+/, '"exp":1e999');
      return signed(JSON.parse(Buffer.from(header, 'base64url').toString()) as Members, claims, rsa);
    },
    () => token(),
  ],
  [
    'an expiry before the tolerance',
    'expired',
    () => token({}, { exp: nowSeconds - 30 }),
    () => token({}, { exp: nowSeconds - 29 }),
  ],
  [
    'a beginning after the tolerance',
    'not-yet-valid',
    () => token({}, { nbf: nowSeconds + 31 }),
    () => token({}, { nbf: nowSeconds + 30 }),
  ],
  [
    'a time of issue after the tolerance',
    'not-yet-valid',
    () => token({}, { iat: nowSeconds + 31 }),
    () => token({}, { iat: nowSeconds + 30 }),
  ],
  [
    'a day and the tolerance of age',
    'too-old',
    () => token({}, { iat: nowSeconds - 86_431 }),
    () => token({}, { iat: nowSeconds - 86_430 }),
  ],
  [
    'an extension that is critical',
    'critical-extension',
    () => token({ crit: ['exp'], exp: 1 }),
    () => token({ exp: 1 }),
  ],
  [
    'a payload that is not encoded',
    'critical-extension',
    () => token({ crit: ['b64'], b64: false }),
    () => token(),
  ],
  ['an empty list of critical extensions', 'critical-extension', () => token({ crit: [] }), () => token()],
  [
    'a path for the name of a key',
    'unknown-key',
    () => token({ kid: '../../dev/null' }),
    () => token({ kid: 'r1' }),
  ],
  ['an injection for it', 'unknown-key', () => token({ kid: "r1' OR '1'='1" }), () => token()],
  ['a list for it', 'malformed', () => token({ kid: ['r1'] }), () => token()],
  ['an inherited name for it', 'unknown-key', () => token({ kid: '__proto__' }), () => token()],
  [
    'its own key (jwk)',
    'wrong-signature',
    () => token({ jwk: foreignJwk() }, {}, foreign),
    () => token({ jwk: foreignJwk() }),
  ],
  [
    'its own key, and no name of one',
    'unknown-key',
    () => token({ kid: 'mine', jwk: foreignJwk() }, {}, foreign),
    () => token({ jwk: foreignJwk() }),
  ],
  [
    'the address of its own keys (jku)',
    'wrong-signature',
    () => token({ jku: `${issuer.url}/evil` }, {}, foreign),
    () => token({ jku: `${issuer.url}/evil` }),
  ],
  [
    'the address of its own certificate (x5u)',
    'wrong-signature',
    () => token({ x5u: `${issuer.url}/evil` }, {}, foreign),
    () => token({ x5u: `${issuer.url}/evil` }),
  ],
  [
    'its own certificate (x5c)',
    'wrong-signature',
    () => token({ x5c: ['MII'] }, {}, foreign),
    () => token({ x5c: ['MII'] }),
  ],
  [
    'a key of its holder, which nobody has shown',
    'bound-to-a-key',
    () => token({}, { cnf: { jkt: 'x' } }),
    () => token(),
  ],
  ['an event, and no access', 'wrong-type', () => token({}, { events: {} }), () => token()],
  [
    '17 KB',
    'too-long',
    () => token({}, { filler: 'x'.repeat(13_000) }),
    () => token({}, { filler: 'x'.repeat(11_000) }),
  ],
  [
    'claims that are a list',
    'malformed',
    () => signed({ alg: 'RS256', kid: 'r1', typ: 'at+jwt' }, [], rsa),
    () => token(),
  ],
  [
    'claims that are no JSON',
    'malformed',
    () => signed({ alg: 'RS256', kid: 'r1', typ: 'at+jwt' }, '{', rsa),
    () => token(),
  ],
  [
    'a header that is no JSON',
    'malformed',
    () => ['eyJ9', ...parts(token()).slice(1)].join('.'),
    () => token(),
  ],
  [
    'padding',
    'malformed',
    () => `${parts(token())[0]}=.${parts(token())[1]}.${parts(token())[2]}`,
    () => token(),
  ],
  ['a part too many', 'malformed', () => `${token()}.e30`, () => token()],
];
