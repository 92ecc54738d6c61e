import { codeMs, OneTimeCodes } from '../../src/http/session/one-time-codes.js';
import { hashSecret } from '../../src/http/edge/secret.js';
import { isOwnPath } from '../../src/http/session/own-path.js';
import { PendingSignIns, type SigningIn } from '../../src/http/session/pending-sign-ins.js';
import { Unfinished } from '../../src/http/session/unfinished.js';

describe('A code', () => {
  const codes = new OneTimeCodes();

  test('is for the role that it was offered for, once', () => {
    const { code, expiresAtMs } = codes.offer('editor', 1_000);
    expect(expiresAtMs).toBe(1_000 + 600_000);
    expect(codes.look(code, 1_000)).toBe('editor');
    expect(codes.take(code, 1_000)).toBe('editor');
    expect(codes.take(code, 1_000)).toBeUndefined();
    expect(codes.look(code, 1_000)).toBeUndefined();
  });

  test('is good for ten minutes', () => {
    const [inTime, late] = [codes.offer('admin', 0), codes.offer('admin', 0)];
    expect(codes.take(inTime.code, codeMs - 1)).toBe('admin');
    expect(codes.take(late.code, codeMs)).toBeUndefined();
    expect(codes.take(late.code, 0)).toBeUndefined();
  });

  test('is another one each time, and none that was never offered', () => {
    const offered = Array.from({ length: 50 }, () => codes.offer('admin', 0).code);
    expect(new Set(offered).size).toBe(50);
    expect(offered[0]).toMatch(/^palimpsest_[\w-]{43}$/);
    expect(codes.take('', 0)).toBeUndefined();
    expect(codes.take('constructor', 0)).toBeUndefined();
  });

  test('is forgotten when there are a hundred newer ones', () => {
    const { code } = codes.offer('admin', 0);
    for (let newer = 0; newer < 99; newer++) codes.offer('admin', 0);
    expect(codes.look(code, 0)).toBe('admin');
    codes.offer('admin', 0);
    expect(codes.look(code, 0)).toBeUndefined();
  });
});

const signingIn = (state: string, browser: string): SigningIn => ({
  pending: {
    issuer: 'https://id.example',
    redirectUri: 'https://cms.example/session/callback',
    state,
    nonce: 'n',
    codeVerifier: 'v',
    expiresAtMs: 0,
  },
  browser: hashSecret(browser),
  returnTo: undefined,
});

describe('Somebody who is signing in', () => {
  test('is known by the state and the browser together, once', () => {
    const pending = new PendingSignIns();
    pending.keep(signingIn('s', 'b'));
    expect(pending.take('s', 'other')).toBeUndefined();
    expect(pending.take('s', undefined)).toBeUndefined();
    expect(pending.take('other', 'b')).toBeUndefined();
    expect(pending.take('s', 'b')?.pending.state).toBe('s');
    expect(pending.take('s', 'b')).toBeUndefined();
  });

  test('is forgotten when there are too many newer ones', () => {
    const pending = new PendingSignIns(2);
    for (const state of ['1', '2', '3']) pending.keep(signingIn(state, 'b'));
    expect(['1', '2', '3'].map((state) => pending.take(state, 'b')?.pending.state)).toEqual([
      undefined,
      '2',
      '3',
    ]);
  });
});

test('What is handed over is what is good still, with no secret by which somebody is signed in', () => {
  const [codes, signIns] = [new OneTimeCodes(), new PendingSignIns()];
  const [late, good] = [codes.offer('admin', 0), codes.offer('editor', 1_000)];
  const pending = { ...signingIn('s', 'b').pending, expiresAtMs: codeMs + 1 };
  signIns.keep({ ...signingIn('s', 'b'), pending });
  signIns.keep(signingIn('late', 'b'));
  const told = JSON.stringify(new Unfinished(codes, signIns).handOver(codeMs));
  expect(told).not.toContain(good.code);

  const [next, nextSignIns] = [new OneTimeCodes(), new PendingSignIns()];
  const unfinished = new Unfinished(next, nextSignIns);
  unfinished.takeOver(JSON.parse(told));
  expect([next.take(late.code, 0), next.take(good.code, codeMs)]).toEqual([undefined, 'editor']);
  expect([nextSignIns.take('late', 'b'), nextSignIns.take('s', hashSecret('b'))]).toEqual([
    undefined,
    undefined,
  ]);
  expect(nextSignIns.take('s', 'b')?.pending).toEqual(pending);
  for (const nothing of [undefined, {}]) unfinished.takeOver(nothing);
  expect(unfinished.handOver(0)).toEqual({ codes: [], signIns: [] });
});

test.each([
  ['/', true],
  ['/docs', true],
  ['/docs?a=b#c', true],
  ['/a/../b', true],
  ['/%5c%5cevil.example', true],
  ['/@evil.example', true],
  ['', false],
  ['docs', false],
  ['//evil.example', false],
  ['/\\evil.example', false],
  ['/a\\b', false],
  ['/ /evil.example', false],
  ['/\n/evil.example', false],
  ['/a/..//evil.example', false],
  ['/.//evil.example', false],
  ['/%2e//evil.example', false],
  ['https:/evil.example', false],
  ['/é', false],
])('%j may be gone to after signing in: %s', (path, may) => {
  expect(isOwnPath(path)).toBe(may);
});
