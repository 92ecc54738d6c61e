import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirectory } from '../../src/installation/data-directory.js';
import { requireRoom } from '../../src/upgrade/preflight.js';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import { chainOf, expectUntouched, makeSite, until } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');

test('a disk without room for a second database', () => {
  const site = makeSite();
  const directory = dataDirectory(site.data);
  writeFileSync(directory.database, '');
  truncateSync(directory.database, 15 * 1024 ** 4);
  expect(() => requireRoom(directory, directory.predecessor('1.0.0'))).toThrow(
    /has [\d.]+ MiB free, an upgrade needs 157\d+\.\d MiB: make room$/,
  );
});

test('a full disk beneath the running version: it refuses to write, goes on reading, and can be replaced', async () => {
  const site = makeSite();
  const full = buildOf('1.0.0', 'small-disk');
  await site.serve(full);
  const load = startLoad(site.port, 100);
  await until(() => load.report().failures.length > 0, 'the disk is full');
  const { failures, acknowledged } = await load.stop();
  for (const failure of failures) expect(failure).toContain('answered 507');
  expect(failures[0]).toContain('there is no room left to write: make some and try again');
  expect(await site.run(newer, 'upgrade')).toMatchObject({ code: 0 });
  const events = chainOf(join(site.data, 'db.sqlite'));
  expect(acknowledged.filter(({ page, position }) => events[position - 1]?.stream !== page)).toEqual([]);
  expect((await site.publish(acknowledged[0]?.page ?? '')).position).toBeGreaterThan(acknowledged.length);
});

test('a full disk while the new file grows; the running version goes on', async () => {
  const site = makeSite();
  await site.serve(older);
  const load = startLoad(site.port, 100);
  await until(() => load.report().acknowledged.length > 100, 'there is something to copy');
  const small = { PALIMPSEST_TEST_PAGE_LIMIT: '30' };
  const ended = await site.start(newer, ['upgrade', '--here'], small).ended;
  expect(ended).toMatchObject({ code: 73 });
  expect(ended.output).toContain('does not fit on the disk: make room and try again');
  expect((await site.start(newer, ['upgrade', '--check'], small).ended).code).toBe(73);
  expect((await load.stop()).failures).toEqual([]);
  await expectUntouched(site);
});
