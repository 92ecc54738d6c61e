import { join } from 'node:path';
import { openDatabase } from '../../src/log/database.js';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import { chainOf, expectAllKept, makeSite, until } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');
const ratePerSecond = 100;

test('a long backup reads through all of it, and has what was there when it began', async () => {
  const site = makeSite();
  await site.serve(older);
  const load = startLoad(site.port, ratePerSecond);
  await until(() => load.report().acknowledged.length > 50, 'some pages');
  const backup = openDatabase(join(site.data, 'db.sqlite'), 'read');
  const count = backup.prepare<[], number>('SELECT count(*) FROM events').pluck();
  backup.exec('BEGIN');
  const before = count.get() ?? 0;
  await until(() => load.report().acknowledged.length > 100, 'more pages');
  expect((await site.run(newer, 'upgrade')).code).toBe(0);
  expect(count.get()).toBe(before);
  backup.exec('COMMIT');
  backup.close();
  const { failures, acknowledged } = await load.stop();
  expect(failures).toEqual([]);
  expectAllKept(site, acknowledged);
  const kept = chainOf(join(site.data, 'db_1.0.0.sqlite'));
  expect(chainOf(join(site.data, 'db.sqlite')).slice(0, kept.length)).toEqual(kept);
  expect(kept.length).toBeGreaterThan(before);
});
