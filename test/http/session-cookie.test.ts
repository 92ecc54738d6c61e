import type { IncomingHttpHeaders } from 'node:http';
import { endedSessionCookie, sessionCookie, sessionIn } from '../../src/http/edge/session-cookie.js';
import { newSecret } from '../../src/http/edge/secret.js';

const secret = newSecret();
const host = 'cms.example.org';

test.each<[IncomingHttpHeaders, string, string]>([
  [{ host }, '__Host-palimpsest', '; Secure'],
  [{ host: 'cms.example.org:8443' }, '__Host-palimpsest', '; Secure'],
  [{}, '__Host-palimpsest', '; Secure'],
  [{ host: 'localhost.example.org' }, '__Host-palimpsest', '; Secure'],
  [{ host: '127.0.0.1.example.org' }, '__Host-palimpsest', '; Secure'],
  [{ host: '192.168.0.7:3000' }, '__Host-palimpsest', '; Secure'],
  [{ host: 'localhost', 'x-forwarded-proto': 'https' }, '__Host-palimpsest', '; Secure'],
  [{ host: 'localhost', 'x-forwarded-proto': 'https, http' }, '__Host-palimpsest', '; Secure'],
  [{ host: 'localhost:3000' }, 'palimpsest', ''],
  [{ host: 'LOCALHOST:3000' }, 'palimpsest', ''],
  [{ host: '127.0.0.1:3000' }, 'palimpsest', ''],
  [{ host: '[::1]:3000' }, 'palimpsest', ''],
  [{ host: 'localhost', 'x-forwarded-proto': 'http' }, 'palimpsest', ''],
])('To %j, the cookie is called %s, and is found again', (headers, name, secure) => {
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure}`;
  expect(sessionCookie(secret, 3600, headers)).toBe(`${name}=${secret}; ${attributes}; Max-Age=3600`);
  expect(endedSessionCookie(headers)).toBe(`${name}=; ${attributes}; Max-Age=0`);
  expect(sessionIn({ ...headers, cookie: `theme=dark; ${name}=${secret}` })).toBe(secret);
});

test.each<[string, string | undefined]>([
  ['no cookie', undefined],
  ['an empty one', ''],
  ['others', 'theme=dark; __Host-other=1'],
  ['the name without a value', '__Host-palimpsest'],
  ['an empty value', '__Host-palimpsest='],
  ['it twice', `__Host-palimpsest=${secret}; __Host-palimpsest=other`],
  ['it twice the same', `__Host-palimpsest=${secret}; __Host-palimpsest=${secret}`],
  ['it without the prefix', `palimpsest=${secret}`],
  ['it in other letters', `__host-palimpsest=${secret}`],
  ['its name as an end', `x__Host-palimpsest=${secret}`],
  ['a value in quotes', `__Host-palimpsest="${secret}"`],
  ['a value with white space', '__Host-palimpsest=a b'],
  ['a value that is encoded', '__Host-palimpsest=a%20b'],
  ['a value with an =', `__Host-palimpsest=${secret}=`],
  ['a value that is too long', `__Host-palimpsest=${'a'.repeat(257)}`],
])('Nobody is signed in by %s', (_what, cookie) => {
  expect(sessionIn({ host, ...(cookie !== undefined && { cookie }) })).toBeUndefined();
});

test('On this machine, the cookie of a site with TLS is another', () => {
  expect(sessionIn({ host: 'localhost:3000', cookie: `__Host-palimpsest=${secret}` })).toBeUndefined();
});

test.each<[string, number]>([
  ['a;b', 60],
  ['', 60],
  ['a\r\nSet-Cookie: b', 60],
  ['a'.repeat(257), 60],
  [secret, -1],
  [secret, 0.5],
  [secret, NaN],
])('No cookie is made of %j for %d s', (text, maxAgeSeconds) => {
  expect(() => sessionCookie(text, maxAgeSeconds, { host })).toThrow(RangeError);
});
