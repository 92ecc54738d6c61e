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

const key = newKey('ES256', 'k');
const next = newKey('ES256', 'n');

let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await startIssuer(key);
});

function token(claims: Readonly<Record<string, unknown>> = {}, by = key): string {
  return signed({ alg: 'ES256', kid: by.jwk['kid'], typ: 'at+jwt' }, claimsFor(issuer, claims), by);
}

test('A token that was verified is not looked at again', async () => {
  const tokens = patientTokens([issuer.trusted()]);
  expect(tokens.remembered(token(), nowMs)).toBeUndefined();
  const text = token();
  const person = await tokens.verify(text, nowMs);
  expect(tokens.remembered(text, nowMs + 1)).toBe(person);
  expect(await tokens.verify(text, nowMs + 1)).toBe(person);
});

test('One that was refused is not remembered', async () => {
  const tokens = patientTokens([issuer.trusted()]);
  const text = token({ aud: 'other' });
  expect(await refusalOf(tokens, text)).toMatchObject({ fault: 'wrong-audience' });
  expect(tokens.remembered(text, nowMs)).toBeUndefined();
});

test('It is remembered until it expires, and for the tolerance after that it is verified each time', async () => {
  const tokens = patientTokens([issuer.trusted()]);
  const text = token({ exp: nowSeconds + 60 });
  await tokens.verify(text, nowMs);
  expect(tokens.remembered(text, nowMs + 59_999)).toBeDefined();
  expect(tokens.remembered(text, nowMs + 60_000)).toBeUndefined();
  expect(await refusalOf(tokens, text, nowMs + 89_999)).toBeUndefined();
  expect(tokens.remembered(text, nowMs + 89_999)).toBeUndefined();
  expect(await refusalOf(tokens, text, nowMs + 90_000)).toEqual({ fault: 'expired', issuer: issuer.url });
});

test('It is remembered until it gets too old, whenever it expires', async () => {
  const tokens = patientTokens([issuer.trusted({ maxTokenAgeSeconds: 120 })]);
  const text = token({ iat: nowSeconds - 60 });
  await tokens.verify(text, nowMs);
  expect(tokens.remembered(text, nowMs + 59_999)).toBeDefined();
  expect(tokens.remembered(text, nowMs + 60_000)).toBeUndefined();
  expect(await refusalOf(tokens, text, nowMs + 91_000)).toEqual({ fault: 'too-old', issuer: issuer.url });
});

test('It is remembered while the issuer’s keys need no other look', async () => {
  const tokens = patientTokens([issuer.trusted()]);
  const text = token({ exp: nowSeconds + 3600 });
  await tokens.verify(text, nowMs);
  expect(tokens.remembered(text, nowMs + 599_999)).toBeDefined();
  expect(tokens.remembered(text, nowMs + 600_000)).toBeUndefined();
  await tokens.verify(text, nowMs + 600_000);
  expect(tokens.remembered(text, nowMs + 1_199_999)).toBeDefined();
});

test('It is forgotten when the issuer turns out to have other keys', async () => {
  const tokens = patientTokens([issuer.trusted()]);
  const text = token();
  await tokens.verify(text, nowMs);
  issuer.keys = [next.jwk];
  await tokens.verify(token({}, next), nowMs + 1);
  expect(tokens.remembered(text, nowMs + 2)).toBeUndefined();
  expect(await refusalOf(tokens, text, nowMs + 2)).toMatchObject({ fault: 'unknown-key' });
});

test('It is not forgotten when the issuer has the same keys', async () => {
  const tokens = patientTokens([issuer.trusted()]);
  const text = token();
  const person = await tokens.verify(text, nowMs);
  expect(await refusalOf(tokens, token({}, next), nowMs + 1)).toMatchObject({ fault: 'unknown-key' });
  expect(issuer.asked).toHaveLength(4);
  expect(tokens.remembered(text, nowMs + 2)).toBe(person);
});

test('Issuers are apart: the key of one says nothing of the people of another', async () => {
  const other = await startIssuer(next);
  const tokens = patientTokens([issuer.trusted(), other.trusted()]);
  const mine = await tokens.verify(token(), nowMs);
  const theirs = await tokens.verify(token({ iss: other.url }, next), nowMs);
  expect([mine.issuer, theirs.issuer]).toEqual([issuer.url, other.url]);
  expect(await refusalOf(tokens, token({ iss: other.url }))).toEqual({
    fault: 'unknown-key',
    issuer: other.url,
  });
});
