import { prefers } from '../../src/http/edge/accepts.js';

const stream = 'text/event-stream';

test.each([
  stream,
  'TEXT/Event-Stream',
  `${stream};q=0.1`,
  `application/json, ${stream}`,
  `application/json;q=0.5, ${stream};q=0.5`,
  `${stream}, */*;q=0.1`,
  `text/html, ${stream} ; charset=utf-8 ; q=1`,
])('wants a stream: %s', (accept) => {
  expect(prefers(stream, accept)).toBe(true);
});

test.each([
  undefined,
  '',
  '*/*',
  'text/*',
  'application/json',
  `${stream};q=0`,
  `application/json, ${stream};q=0`,
  `${stream};q=0.1, application/json`,
  `${stream};q=0.1, application/*`,
  `${stream};q=0.1, */*;q=0.9`,
  `${stream};q=much`,
  `x${stream}`,
  `${stream}x`,
])('wants none: %s', (accept) => {
  expect(prefers(stream, accept)).toBe(false);
});
