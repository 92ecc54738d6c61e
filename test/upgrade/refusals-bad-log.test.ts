import { join } from 'node:path';
import { openDatabase } from '../../src/log/database.js';
import { unguarded } from '../cli/tables.js';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import { expectRefused, expectUntouched, makeSite, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');

async function servedWithPages(): Promise<Site> {
  const site = makeSite();
  await site.serve(older);
  const load = startLoad(site.port, 50);
  await until(() => load.report().acknowledged.length > 3, 'some pages');
  await load.stop();
  return site;
}

test('an event that the newer version cannot project; the rehearsal names it, too', async () => {
  const site = makeSite();
  await site.serve(older);
  const load = startLoad(site.port, 50);
  await until(() => load.report().acknowledged.length > 3, 'some pages');
  const { acknowledged } = await load.stop();
  const { position } = await site.publish(acknowledged[0]?.page ?? '');
  const bad = buildOf('1.2.0', 'no-publications');
  const sentence = `event ${position} (PagePublished of ${acknowledged[0]?.page ?? ''}) can't be projected by this version: no such thing`;
  await expectRefused(site, bad, ['upgrade'], 65, sentence);
  const check = await site.run(bad, 'upgrade', '--check', '--json');
  expect(check.code).toBe(65);
  expect(JSON.parse(check.output)).toMatchObject({
    fine: false,
    badEvents: [{ position, message: sentence }],
  });
  await expectUntouched(site);
});

test.each([
  ['a text that was forged', `UPDATE events SET content = '{"title":"Forged"}' WHERE position = 3`],
  [
    'a text that was forged as what is left of an erased one',
    `UPDATE events SET salt = NULL, content = NULL, data = json_set(data, '$.pageType', 'page') WHERE position = 3`,
  ],
  [
    'an author who was forged with the salt gone',
    `UPDATE changesets SET salt = NULL, by = json_set(by, '$.name', 'Nobody') WHERE first_position = 3`,
  ],
])('a damaged log: %s', async (_what, damage) => {
  const site = await servedWithPages();
  const db = openDatabase(join(site.data, 'db.sqlite'));
  unguarded(db, () => db.exec(damage));
  db.close();
  for (const verb of [['upgrade'], ['upgrade', '--check']]) {
    await expectRefused(site, newer, verb, 65, 'the log is damaged at position 3');
  }
  await expectUntouched(site);
});

test('a rehearsal of a sound log: nothing unexplained, nothing changed; rows that are wrong are told', async () => {
  const site = await servedWithPages();
  const db = openDatabase(join(site.data, 'db.sqlite'));
  db.exec(`UPDATE projections SET fingerprint = 'of another make' WHERE name = 'places'`);
  const before = await site.system();
  const check = await site.run(newer, 'upgrade', '--check', '--json');
  const found = JSON.parse(check.output) as Record<string, unknown>;
  expect(found).toMatchObject({ from: '1.0.0', to: '1.1.0', fine: true, unexplained: [], badEvents: [] });
  expect(found['position']).toBe(before.position);
  expect(found['projections']).toContainEqual(expect.objectContaining({ name: 'places', make: 'changed' }));
  expect(await site.system()).toEqual(before);

  db.exec(`UPDATE tokens SET name = 'Forged'`);
  db.close();
  const wrong = await site.run(newer, 'upgrade', '--check', '--json');
  expect(wrong.code).toBe(65);
  expect(JSON.parse(wrong.output)).toMatchObject({ fine: false, unexplained: ['tokens'] });
  await expectUntouched(site);
});
