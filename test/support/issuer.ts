import {
  constants,
  createHmac,
  generateKeyPairSync,
  sign,
  type JsonWebKey,
  type KeyObject,
  type SignKeyObjectInput,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Issuer } from '../../src/identity/issuer.js';
import { PersonTokens } from '../../src/identity/person-tokens.js';
import { issuersOf } from '../../src/installation/issuer-settings.js';

/** A pair of keys, as an issuer has them. */
export interface IssuerKey {
  readonly privateKey: KeyObject;
  /** What is published of it. */
  readonly jwk: JsonWebKey;
  readonly alg: string;
}

/** An issuer on this machine, which publishes what it is told to, and counts. */
export interface TestIssuer {
  readonly url: string;
  /** What was asked for, in order. */
  readonly asked: string[];
  keys: readonly JsonWebKey[];
  /** Answers in its place; undefined: as issuers do. */
  answer: ((path: string, response: ServerResponse) => void) | undefined;
  /** Its settings, with what else is to be said. */
  trusted(said?: Readonly<Record<string, unknown>>): Issuer;
}

const closing: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const close of closing.splice(0)) await close();
});

export async function startIssuer(...keys: readonly IssuerKey[]): Promise<TestIssuer> {
  const server = createServer(({ url: path = '/' }, response) => {
    issuer.asked.push(path);
    if (issuer.answer) issuer.answer(path, response);
    else if (path === '/jwks') response.end(JSON.stringify({ keys: issuer.keys }));
    else response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: TestIssuer = {
    url,
    asked: [],
    keys: keys.map(({ jwk }) => jwk),
    answer: undefined,
    trusted: (said) => {
      const [trusted] = issuersOf(JSON.stringify({ issuer: url, audience: 'palimpsest', ...said }));
      return trusted as Issuer; // one was said
    },
  };
  return issuer;
}

/** A new key of a kind, published under `kid`; without one, it has no name. */
export function newKey(alg: string, kid?: string, rsaBits = 2048): IssuerKey {
  const { publicKey, privateKey } = pairFor(alg, rsaBits);
  const named = kid === undefined ? {} : { kid };
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), ...named, alg, use: 'sig' }, alg };
}

const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

function pairFor(alg: string, modulusLength: number): { publicKey: KeyObject; privateKey: KeyObject } {
  const namedCurve = curves[alg];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve });
  if (alg === 'EdDSA' || alg === 'Ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength });
}

/** A compact JWS, whatever its header says, by an algorithm of RFC 7518 §3.1 or RFC 8037. */
export function signed(
  header: Readonly<Record<string, unknown>>,
  claims: unknown,
  { privateKey, alg }: Pick<IssuerKey, 'privateKey' | 'alg'>,
): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  const hash = alg.startsWith('Ed') ? null : `sha${alg.slice(2)}`;
  return `${input}.${sign(hash, Buffer.from(input), keyInput(privateKey, alg)).toString('base64url')}`;
}

function keyInput(key: KeyObject, alg: string): SignKeyObjectInput {
  if (alg.startsWith('ES')) return { key, dsaEncoding: 'ieee-p1363' };
  if (!alg.startsWith('PS')) return { key };
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(alg.slice(2)) / 8 };
}

/** The same by a secret that both sides know. */
export function signedByHmac(
  header: Readonly<Record<string, unknown>>,
  claims: unknown,
  secret: string | Buffer,
): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** A part of a token: JSON, or a text as it is. */
export function encoded(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** The moment of these tests, far from the clock of the machine. Milliseconds since the epoch. */
export const nowMs = Date.UTC(2031, 4, 6, 7, 8, 9);
export const nowSeconds = nowMs / 1000;

/** What a right token says. */
export function claimsFor(
  { url }: Pick<TestIssuer, 'url'>,
  others: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    iss: url,
    aud: 'palimpsest',
    sub: 'ada',
    iat: nowSeconds - 60,
    exp: nowSeconds + 600,
    ...others,
  };
}

/** As long as a busy machine may take to ask an issuer that is a part of this process. */
export const patienceMs = 600_000;

/** Whoever trusts these issuers, and waits for them. */
export function patientTokens(issuers: readonly Issuer[]): PersonTokens {
  return new PersonTokens(issuers, { timeoutMs: patienceMs });
}
