import { join } from 'node:path';
import { openDatabase } from '../../src/log/database.js';
import { unguarded } from '../cli/tables.js';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import { expectLeft, makeSite, until } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');
const ratePerSecond = 100;

test('a server finds by itself that its upgrade is long ago, and nobody notices', async () => {
  const site = makeSite();
  // An hour of its own: half a second.
  const hasty = { PALIMPSEST_TEST_HOUR_MS: '500' };
  await site.serve(older, hasty);
  expect(await site.start(newer, ['upgrade'], hasty).ended).toMatchObject({ code: 0 });
  const load = startLoad(site.port, ratePerSecond);
  await until(() => load.report().acknowledged.length > 30, 'it serves');
  await expectLeft(site, ['db_1.0.0.sqlite']);
  const db = openDatabase(join(site.data, 'db.sqlite'));
  unguarded(db, () => db.exec(`UPDATE version_history SET at = '2026-01-01T00:00:00.000Z'`));
  db.close();
  await expectLeft(site, []);
  expect((await load.stop()).failures).toEqual([]);
  expect(await site.system()).toMatchObject({
    version: '1.1.0',
    upgrade: { finalizedAt: expect.any(String) as string },
  });
});
