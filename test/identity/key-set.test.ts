import type { ServerResponse } from 'node:http';
import { PersonTokens } from '../../src/identity/person-tokens.js';
import {
  claimsFor,
  newKey,
  nowMs,
  signed,
  startIssuer,
  type IssuerKey,
  type TestIssuer,
  patientTokens,
} from '../support/issuer.js';
import { refusalOf } from './refusal-of.js';

const first = newKey('ES256', 'first');
const second = newKey('ES256', 'second');

/** Good for a day, so that keys are what comes of age in these tests. */
function tokenBy(key: IssuerKey, issuer: TestIssuer, kid: unknown = key.jwk['kid']): string {
  const claims = claimsFor(issuer, { exp: nowMs / 1000 + 86_400 });
  return signed({ alg: key.alg, kid, typ: 'at+jwt' }, claims, key);
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;

async function started(key = first): Promise<{
  readonly issuer: TestIssuer;
  readonly tokens: PersonTokens;
  /** What was said of the issuer not answering. */
  readonly troubles: string[];
  /** How often keys were asked for. */
  readonly fetches: () => number;
  /** Why the token of a key is refused, so long after the start. */
  readonly refusal: (key: IssuerKey, afterMs: number, kid?: unknown) => Promise<string | undefined>;
}> {
  const issuer = await startIssuer(key);
  const troubles: string[] = [];
  const tokens = new PersonTokens([issuer.trusted()], {
    // So long that a test that waits for it fails.
    timeoutMs: 3_600_000,
    onTrouble: (of, { message }) => troubles.push(`${of}: ${message}`),
  });
  return {
    issuer,
    tokens,
    troubles,
    fetches: () => issuer.asked.filter((path) => path === '/jwks').length,
    refusal: async (by, afterMs, kid) =>
      (await refusalOf(tokens, tokenBy(by, issuer, kid), nowMs + afterMs))?.fault,
  };
}

const down = (_path: string, response: ServerResponse): void => {
  response.destroy();
};

test('Keys are fetched when they are first needed, by one request for all who wait', async () => {
  const { issuer, tokens } = await started();
  expect(issuer.asked).toEqual([]);
  const token = tokenBy(first, issuer);
  const people = await Promise.all(Array.from({ length: 100 }, () => tokens.verify(token, nowMs)));
  expect(new Set(people.map(({ subject }) => subject))).toEqual(new Set(['ada']));
  expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/jwks']);
});

test('They are asked for again after ten minutes, and one that was withdrawn no longer counts', async () => {
  const { issuer, refusal, fetches } = await started();
  expect(await refusal(first, 0)).toBeUndefined();
  issuer.keys = [second.jwk];
  expect(await refusal(first, 10 * minuteMs - 1)).toBeUndefined();
  expect(fetches()).toBe(1);
  expect(await refusal(first, 10 * minuteMs)).toBe('unknown-key');
  expect(await refusal(second, 10 * minuteMs)).toBeUndefined();
  expect(fetches()).toBe(2);
});

test('A new key is accepted with the first request, also right after the start', async () => {
  const { issuer, refusal, fetches } = await started();
  expect(await refusal(first, 0)).toBeUndefined();
  issuer.keys = [first.jwk, second.jwk];
  expect(await refusal(second, 1)).toBeUndefined();
  expect(await refusal(first, 2)).toBeUndefined();
  expect(fetches()).toBe(2);
});

test('So is one without a name that takes the place of another', async () => {
  const [before, after] = [newKey('RS256'), newKey('RS256')];
  const { issuer, refusal, fetches } = await started(before);
  expect(await refusal(before, 0)).toBeUndefined();
  issuer.keys = [after.jwk];
  expect(await refusal(after, 1)).toBeUndefined();
  expect(await refusal(before, 2)).toBe('wrong-signature');
  expect(fetches()).toBe(2);
});

test('A thousand unknown names of keys make one fetch in 30 seconds', async () => {
  const { refusal, fetches } = await started();
  expect(await refusal(first, 0)).toBeUndefined();
  for (let i = 0; i < 1000; i++) expect(await refusal(second, 1 + i, `unknown-${i}`)).toBe('unknown-key');
  expect(fetches()).toBe(2);
  await refusal(second, 30 * secondMs, 'unknown');
  expect(fetches()).toBe(2);
  await refusal(second, 30 * secondMs + 1, 'unknown');
  expect(fetches()).toBe(3);
});

test('So do a thousand at once, before anybody else has come', async () => {
  const { refusal, fetches } = await started();
  const refusals = await Promise.all(
    Array.from({ length: 1000 }, (_, i) => refusal(second, i, `unknown-${i}`)),
  );
  expect(new Set(refusals)).toEqual(new Set(['unknown-key']));
  expect(fetches()).toBe(1);
});

test('While they come, a new key is accepted with the next fetch', async () => {
  const { issuer, refusal, fetches } = await started();
  await refusal(second, 0, 'unknown');
  issuer.keys = [first.jwk, second.jwk];
  expect(await refusal(second, 29 * secondMs)).toBe('unknown-key');
  expect(await refusal(second, 30 * secondMs)).toBeUndefined();
  expect(fetches()).toBe(2);
});

describe('While the issuer is down', () => {
  test('its keys go on for an hour, and new names get nowhere; it is asked every 30 seconds', async () => {
    const { issuer, refusal, fetches, troubles } = await started();
    expect(await refusal(first, 0)).toBeUndefined();
    issuer.answer = down;
    const begun = issuer.asked.length;
    for (let afterMs = 10 * minuteMs; afterMs <= 70 * minuteMs; afterMs += secondMs) {
      expect(await refusal(first, afterMs)).toBeUndefined();
      expect(await refusal(second, afterMs)).toBe('unknown-key');
    }
    expect(fetches()).toBe(1);
    expect(issuer.asked.length - begun).toBe(121);
    expect(new Set(troubles)).toEqual(
      new Set([`${issuer.url}: ${issuer.url}/.well-known/openid-configuration can't be reached`]),
    );
  });

  test('nobody waits for it again', async () => {
    const { issuer, refusal } = await started();
    expect(await refusal(first, 0)).toBeUndefined();
    issuer.answer = down;
    expect(await refusal(first, 10 * minuteMs)).toBeUndefined();
    issuer.answer = () => undefined; // it takes requests, and is silent
    expect(await refusal(first, 11 * minuteMs)).toBeUndefined();
  });

  test('its keys are forgotten after four hours', async () => {
    const { issuer, refusal } = await started();
    expect(await refusal(first, 0)).toBeUndefined();
    issuer.answer = down;
    expect(await refusal(first, 240 * minuteMs - 1)).toBeUndefined();
    expect(await refusal(first, 240 * minuteMs)).toBe('issuer-unavailable');
  });

  test('and comes back with other keys, the old ones no longer count', async () => {
    const { issuer, refusal } = await started();
    expect(await refusal(first, 0)).toBeUndefined();
    issuer.answer = down;
    expect(await refusal(first, 60 * minuteMs)).toBeUndefined();
    issuer.answer = undefined;
    issuer.keys = [second.jwk];
    expect(await refusal(second, 61 * minuteMs)).toBeUndefined();
    expect(await refusal(first, 61 * minuteMs)).toBe('unknown-key');
  });

  test('from the start, nobody is let in, and it is asked every five seconds', async () => {
    const { issuer, refusal } = await started();
    issuer.answer = down;
    for (const afterMs of [0, 1, 4_999]) expect(await refusal(first, afterMs)).toBe('issuer-unavailable');
    expect(issuer.asked).toHaveLength(1);
    issuer.answer = undefined;
    expect(await refusal(first, 5_000)).toBeUndefined();
  });
});

test('An issuer with a path is asked beneath it, and where its keys are said to be, it is not asked for that', async () => {
  const issuer = await startIssuer(first);
  const realm = `${issuer.url}/realms/site/`;
  issuer.answer = (path, response) => {
    const told = { issuer: realm, jwks_uri: `${issuer.url}/jwks` };
    response.end(JSON.stringify(path === '/jwks' ? { keys: issuer.keys } : told));
  };
  const token = tokenBy(first, { ...issuer, url: realm });
  expect(await refusalOf(patientTokens([issuer.trusted({ issuer: realm })]), token)).toBeUndefined();
  const jwksUri = `${issuer.url}/jwks`;
  expect(await refusalOf(patientTokens([issuer.trusted({ issuer: realm, jwksUri })]), token)).toBeUndefined();
  expect(issuer.asked).toEqual(['/realms/site/.well-known/openid-configuration', '/jwks', '/jwks']);
});
