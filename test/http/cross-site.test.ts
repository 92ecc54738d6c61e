import type { IncomingHttpHeaders } from 'node:http';
import { isCrossSite } from '../../src/http/edge/cross-site.js';

const host = 'cms.example.org';

test.each<[boolean, string, IncomingHttpHeaders]>([
  // What changes nothing passes, whoever sends it.
  [false, 'GET', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  [false, 'HEAD', { 'sec-fetch-site': 'cross-site' }],
  [false, 'OPTIONS', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  // What browsers say themselves.
  [false, 'POST', { 'sec-fetch-site': 'same-origin' }],
  [false, 'POST', { 'sec-fetch-site': 'none' }],
  [true, 'POST', { 'sec-fetch-site': 'same-site' }],
  [true, 'POST', { 'sec-fetch-site': 'cross-site' }],
  [true, 'PUT', { 'sec-fetch-site': 'cross-site' }],
  [true, 'PATCH', { 'sec-fetch-site': 'cross-site' }],
  [true, 'DELETE', { 'sec-fetch-site': 'cross-site' }],
  [true, 'QUERY', { 'sec-fetch-site': 'cross-site' }],
  [true, undefined as unknown as string, { 'sec-fetch-site': 'cross-site' }],
  [true, 'post', { 'sec-fetch-site': 'cross-site' }],
  [true, 'POST', { 'sec-fetch-site': '' }],
  [true, 'POST', { 'sec-fetch-site': 'Same-Origin' }],
  [true, 'POST', { 'sec-fetch-site': 'same-origin, cross-site' }],
  [true, 'POST', { 'sec-fetch-site': 'cross-site', origin: `https://${host}` }],
  [false, 'POST', { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }],
  // Older ones, and those without TLS.
  [false, 'POST', { origin: `https://${host}` }],
  [false, 'POST', { origin: `http://${host}` }],
  [false, 'POST', { origin: `https://${host}:8443`, host: `${host}:8443` }],
  [false, 'POST', { origin: `https://${host}`, host: `${host}:443` }],
  [false, 'POST', { origin: `https://${host}`, host: host.toUpperCase() }],
  [false, 'POST', { origin: 'http://[::1]:3000', host: '[::1]:3000' }],
  [true, 'POST', { origin: `https://${host}`, host: `${host}:80` }],
  [true, 'POST', { origin: `https://${host}:8443` }],
  [true, 'POST', { origin: 'https://evil.example' }],
  [true, 'POST', { origin: `https://${host}.evil.example` }],
  [true, 'POST', { origin: `https://evil.${host}` }],
  [true, 'POST', { origin: `https://${host}@evil.example` }],
  [true, 'POST', { origin: `https://evil.example/${host}` }],
  [true, 'POST', { origin: `https://${host}/` }],
  [true, 'POST', { origin: `https://evil.example, https://${host}` }],
  [true, 'POST', { origin: 'null' }],
  [true, 'POST', { origin: '' }],
  [true, 'POST', { origin: host }],
  [true, 'POST', { origin: `https://${host}`, host: undefined }],
  [true, 'POST', { origin: `https://${host}`, host: `${host}/x y` }],
  // No browser.
  [false, 'POST', {}],
  [false, 'DELETE', { referer: 'https://evil.example/' }],
])('%s: %s %j', (expected, method, headers) => {
  expect(isCrossSite({ method, headers: { host, ...headers } })).toBe(expected);
});
