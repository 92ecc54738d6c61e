import { RateLimit } from '../../src/http/edge/rate-limit.js';

const minuteMs = 60_000;

/** How many of `count` requests at that moment get through. */
function passed(limit: RateLimit, one: string, nowMs: number, count: number, weight = 1): number {
  return Array.from({ length: count }, () => limit.take(one, weight, nowMs)).filter((waitMs) => waitMs === 0)
    .length;
}

test('Who was quiet gets all of a minute at once, and no more', () => {
  const limit = new RateLimit(10);
  expect(passed(limit, 'a', 5_000, 30)).toBe(10);
});

test('Then they come at the pace of the limit', () => {
  const limit = new RateLimit(10);
  passed(limit, 'a', 0, 10);
  expect(limit.take('a', 1, 0)).toBe(6_000);
  expect(limit.take('a', 1, 5_999)).toBe(1);
  expect(limit.take('a', 1, 6_000)).toBe(0);
  expect(passed(limit, 'a', 6_000 + minuteMs / 2, 30)).toBe(5);
  expect(passed(limit, 'a', 10 * minuteMs, 30)).toBe(10);
});

test('Over any length of time there are no more than a minute’s and those of the pace', () => {
  const limit = new RateLimit(60);
  let through = 0;
  for (let nowMs = 0; nowMs < 10 * minuteMs; nowMs += 100) through += passed(limit, 'a', nowMs, 1);
  expect(through).toBe(60 + 10 * 60 - 1);
});

test('What is refused costs nothing', () => {
  const limit = new RateLimit(10);
  passed(limit, 'a', 0, 1_000);
  expect(limit.take('a', 1, 6_000)).toBe(0);
});

test('What weighs more takes more, but never more than there can be', () => {
  const limit = new RateLimit(10);
  expect(passed(limit, 'a', 0, 5, 4)).toBe(2);
  expect(passed(limit, 'a', 0, 5)).toBe(2);
  expect(limit.take('b', 1_000, 0)).toBe(0);
  expect(limit.take('b', 1, 0)).toBe(6_000);
});

test('Each has its own', () => {
  const limit = new RateLimit(10);
  passed(limit, 'a', 0, 10);
  expect(passed(limit, 'b', 0, 30)).toBe(10);
});

test('0 is no limit', () => {
  const limit = new RateLimit(0);
  expect(passed(limit, 'a', 0, 1_000, 1_000)).toBe(1_000);
  expect(limit.remembered).toBe(0);
});

test('Of those that asked longest ago nothing is remembered, however many come', () => {
  const limit = new RateLimit(10, 100);
  passed(limit, 'busy', 0, 10);
  for (let n = 0; n < 10_000; n++) {
    limit.take(`${n}`, 1, n);
    if (n % 50 === 0) limit.take('busy', 1, n);
  }
  expect(limit.remembered).toBe(100);
  expect(limit.take('busy', 1, 10_000)).toBeGreaterThan(0);
});
