import { relativeLocation } from '../../src/http/edge/relative-location.js';

test.each([
  ['/pages', '/pages/1', 'pages/1'],
  ['/pages?dryRun=true', '/pages/1', 'pages/1'],
  ['/batch', '/pages/1', 'pages/1'],
  ['/pages/1/copy', '/pages/2', '../2'],
  ['/paths/a', '/paths/b', 'b'],
  ['/paths/a', '/paths/b/c?asOf=1', 'b/c?asOf=1'],
  ['/paths/a/b/c', '/paths/d', '../../d'],
  ['/paths/a/b/c?x=/y/z', '/paths/a/d/c', '../d/c'],
  ['/paths/a/b', '/paths/a/c', 'c'],
  ['/paths/a/', '/paths/a', '../a'],
  ['/paths/a', '/paths/', './'],
  ['/paths/a', '/paths/?asOf=1', './?asOf=1'],
  ['/paths/a%2Fb', '/paths/c%3Ad', 'c%3Ad'],
  ['/paths/%61/b', '/paths/a/c', '../a/c'],
])('From %s to %s by "%s", under any prefix', (asked, target, expected) => {
  const location = relativeLocation(asked, target);
  expect(location).toBe(expected);
  for (const prefix of ['', '/cms', '/a/b/c']) {
    const base = `http://example.org${prefix}`;
    expect(new URL(location, `${base}${asked}`).href).toBe(`${base}${target}`);
  }
});
