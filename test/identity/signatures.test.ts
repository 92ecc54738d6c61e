import { constants, createHash, generateKeyPairSync, privateEncrypt, randomInt, sign } from 'node:crypto';
import type { PersonTokens } from '../../src/identity/person-tokens.js';
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
import { refusalOf } from './refusal-of.js';

const rsa = newKey('RS256', 'r');
const pss = newKey('PS256', 'p');
const ec = newKey('ES256', 'e');
const keys = [
  rsa,
  pss,
  ec,
  newKey('RS384', 'r3'),
  newKey('RS512', 'r5'),
  newKey('PS384', 'p3'),
  newKey('PS512', 'p5'),
  newKey('ES384', 'e3'),
  newKey('ES512', 'e5'),
  newKey('EdDSA', 'd'),
  newKey('Ed25519', 'd2'),
];

let issuer: TestIssuer;
let tokens: PersonTokens;
beforeAll(async () => {
  issuer = await startIssuer(...keys);
  tokens = patientTokens([issuer.trusted()]);
});

const tokenBy = (key = rsa, alg = key.alg): string =>
  signed({ alg, kid: key.jwk['kid'], typ: 'at+jwt' }, claimsFor(issuer), { ...key, alg });

/** Signed by whatever makes a signature of what is to be signed. */
function signedBy(key: typeof rsa, signature: (input: string) => Buffer): string {
  const input = `${encoded({ alg: key.alg, kid: key.jwk['kid'], typ: 'at+jwt' })}.${encoded(claimsFor(issuer))}`;
  return `${input}.${signature(input).toString('base64url')}`;
}

const unsigned = (token: string): string => token.slice(0, token.lastIndexOf('.') + 1);
const signatureOf = (token: string): Buffer =>
  Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url');
const withSignature = (token: string, signature: Buffer): string =>
  unsigned(token) + signature.toString('base64url');

test.each(keys.map((key) => [key.alg, key] as const))(
  'A signature by %s counts, and none that has another bit',
  async (_alg, key) => {
    const token = tokenBy(key);
    expect(await refusalOf(tokens, token)).toBeUndefined();
    const signature = signatureOf(token);
    for (const at of [0, signature.length - 1, randomInt(signature.length)]) {
      const other = Buffer.from(signature);
      const bit = randomInt(8);
      other[at] = (other[at] ?? 0) ^ (1 << bit);
      const refusal = await refusalOf(tokens, withSignature(token, other));
      expect([at, bit, refusal?.fault]).toEqual([at, bit, 'wrong-signature']);
    }
    for (const wrong of [
      signature.subarray(1),
      Buffer.concat([signature, Buffer.from([0])]),
      Buffer.alloc(0),
    ])
      expect(await refusalOf(tokens, withSignature(token, wrong))).toMatchObject({
        fault: 'wrong-signature',
      });
  },
);

describe('Of ECDSA, a signature is refused that', () => {
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
  const zero = Buffer.alloc(32);
  const one = Buffer.concat([Buffer.alloc(31), Buffer.from([1])]);

  test.each([
    ['is nothing but zeros', Buffer.concat([zero, zero])],
    ['has r = 0', Buffer.concat([zero, one])],
    ['has s = 0', Buffer.concat([one, zero])],
    ['has r = n', Buffer.concat([order, one])],
    ['has s = n', Buffer.concat([one, order])],
    ['is one and one', Buffer.concat([one, one])],
    ['has a longer r and s', Buffer.concat([Buffer.alloc(33), Buffer.alloc(33)])],
  ])('%s', async (_what, signature) => {
    expect(await refusalOf(tokens, withSignature(tokenBy(ec), signature))).toMatchObject({
      fault: 'wrong-signature',
    });
  });

  test('is in DER, as X.509 has it', async () => {
    const inDer = signedBy(ec, (input) => sign('sha256', Buffer.from(input), ec.privateKey));
    expect(await refusalOf(tokens, inDer)).toMatchObject({ fault: 'wrong-signature' });
    expect(await refusalOf(tokens, tokenBy(ec))).toBeUndefined();
  });

  test('says that it is by a curve of another size', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    expect(await refusalOf(tokens, tokenBy({ ...ec, privateKey }))).toMatchObject({
      fault: 'wrong-signature',
    });
    expect(await refusalOf(tokens, tokenBy(ec, 'ES384'))).toMatchObject({ fault: 'unknown-key' });
  });
});

describe('Of RSA with PKCS #1, padding is refused that', () => {
  const prefix = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const withoutNull = Buffer.from('302f300b0609608648016503040201' + '0420', 'hex');
  const ofSha1 = Buffer.from('3021300906052b0e03021a05000414', 'hex');
  const sha256 = (input: string): Buffer => createHash('sha256').update(input).digest();

  /** 00 01 FF … FF 00, as long as it has to be, and after it what is signed. */
  const padded = (message: Buffer, filler = 0xff, type = 1): Buffer =>
    Buffer.concat([
      Buffer.from([0, type]),
      Buffer.alloc(256 - 3 - message.length, filler),
      Buffer.from([0]),
      message,
    ]);
  const raw = (block: Buffer): Buffer =>
    privateEncrypt({ key: rsa.privateKey, padding: constants.RSA_NO_PADDING }, block);

  test.each<[string, (hash: Buffer, input: string) => Buffer]>([
    ['has another type', (hash) => padded(Buffer.concat([prefix, hash]), 0xff, 2)],
    ['is filled with something else', (hash) => padded(Buffer.concat([prefix, hash]), 0xfe)],
    ['has no NULL after the name of the hash', (hash) => padded(Buffer.concat([withoutNull, hash]))],
    ['has no name of the hash', (hash) => padded(hash)],
    [
      'is of SHA-1',
      (_hash, input) => padded(Buffer.concat([ofSha1, createHash('sha1').update(input).digest()])),
    ],
    ['has a hash of something else', () => padded(Buffer.concat([prefix, sha256('something else')]))],
    [
      'is followed by something',
      (hash) => padded(Buffer.concat([prefix, hash, Buffer.from('05000000', 'hex')])),
    ],
    [
      'is short, and followed by what an attacker likes (Bleichenbacher 2006)',
      (hash) =>
        Buffer.concat([
          Buffer.from('0001ffffffffffffffff00', 'hex'),
          prefix,
          hash,
          Buffer.alloc(256 - 11 - 19 - 32),
        ]),
    ],
    ['is not there', (hash) => Buffer.concat([Buffer.alloc(256 - 32), hash])],
  ])('%s', async (_what, block) => {
    const token = signedBy(rsa, (input) => raw(block(sha256(input), input)));
    expect(await refusalOf(tokens, token)).toMatchObject({ fault: 'wrong-signature' });
    const right = signedBy(rsa, (input) => raw(padded(Buffer.concat([prefix, sha256(input)]))));
    expect(await refusalOf(tokens, right)).toBeUndefined();
  });

  test.each([
    ['a signature of PKCS #1 where PSS was said', 'sha256', constants.RSA_PKCS1_PADDING, undefined],
    ['a salt of another length', 'sha256', constants.RSA_PKCS1_PSS_PADDING, 20],
    ['no salt', 'sha256', constants.RSA_PKCS1_PSS_PADDING, 0],
    ['another hash', 'sha384', constants.RSA_PKCS1_PSS_PADDING, 32],
  ] as const)('is %s', async (_what, hash, padding, saltLength) => {
    const by = (wrong: object) => (input: string) =>
      sign(hash, Buffer.from(input), { key: pss.privateKey, padding, ...wrong });
    const token = signedBy(pss, by(saltLength === undefined ? {} : { saltLength }));
    expect(await refusalOf(tokens, token)).toMatchObject({ fault: 'wrong-signature' });
    expect(await tokens.verify(tokenBy(pss), nowMs)).toMatchObject({ subject: 'ada' });
  });
});
