import { readSettings } from '../../src/installation/settings.js';
import { environmentOfEdge } from '../../src/installation/edge-settings.js';
import { OperatorError } from '../../src/installation/operator-error.js';

const edgeOf = (env: NodeJS.ProcessEnv) => readSettings(env).edge;

describe('An origin in the environment is refused', () => {
  test.each([
    ['*', 'which would let in whoever comes: name each origin, such as https://example.org'],
    ['null', 'which would let in whoever comes: name each origin, such as https://example.org'],
    ['example.org', 'which is no origin: write it as https://example.org'],
    ['ftp://example.org', 'which is no origin: write it as https://example.org'],
    ['https://', 'which is no origin: write it as https://example.org'],
    [
      'https://*.example.org',
      'which would let in whoever comes: name each origin, such as https://example.org',
    ],
    ['https://example.org/', 'which browsers write differently: write https://example.org'],
    ['https://example.org/editor', 'which browsers write differently: write https://example.org'],
    ['https://EXAMPLE.org', 'which browsers write differently: write https://example.org'],
    ['https://example.org:443', 'which browsers write differently: write https://example.org'],
    ['https://me@example.org', 'which browsers write differently: write https://example.org'],
    ['https://exämple.org', 'which browsers write differently: write https://xn--exmple-cua.org'],
  ])('"%s": %s', (origin, why) => {
    const refused = new OperatorError(78, `PALIMPSEST_CORS_ORIGINS has "${origin}", ${why}`);
    expect(() => edgeOf({ PALIMPSEST_CORS_ORIGINS: `https://example.net ${origin}` })).toThrow(refused);
  });
});

test.each(['localhost', '10.0.0.0/33', '::1/129', '10.0.0/8', '10.0.0.1-10.0.0.9', '*', '10.0.0.0/'])(
  'So is a network of proxies that is none: "%s"',
  (network) => {
    const refused = new OperatorError(
      78,
      `PALIMPSEST_TRUST_PROXY has "${network}", which is no network: write it as 10.0.0.0/8, ::1/128, or as one address`,
    );
    expect(() => edgeOf({ PALIMPSEST_TRUST_PROXY: network })).toThrow(refused);
  },
);

test('Without a word nobody is let in and nobody is believed', () => {
  expect(edgeOf({})).toMatchObject({ corsOrigins: [], trustedProxies: [] });
});

test('Lists have commas or white space in between, each origin once', () => {
  const edge = edgeOf({
    PALIMPSEST_CORS_ORIGINS: ' https://a.example,http://localhost:5173\nhttp://[::1]:8080 https://a.example',
    PALIMPSEST_TRUST_PROXY: '10.0.0.0/8, ::1,127.0.0.1/32',
  });
  expect(edge).toMatchObject({
    corsOrigins: ['https://a.example', 'http://localhost:5173', 'http://[::1]:8080'],
    trustedProxies: ['10.0.0.0/8', '::1', '127.0.0.1/32'],
  });
});

test('Another process that is told them has the same', () => {
  const edge = edgeOf({
    PALIMPSEST_CORS_ORIGINS: 'https://a.example http://b.example',
    PALIMPSEST_TRUST_PROXY: '10.0.0.0/8',
  });
  expect(edgeOf(environmentOfEdge(edge))).toEqual(edge);
});
