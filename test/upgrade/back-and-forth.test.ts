import { join } from 'node:path';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import { chainOf, expectAllKept, expectLeft, makeSite, processesOn, until } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');
const ratePerSecond = 100;

test('back after many writes of the newer version, under load, and up again: nothing is lost', async () => {
  const site = makeSite();
  await site.serve(older);
  expect((await site.run(newer, 'upgrade')).code).toBe(0);
  const load = startLoad(site.port, ratePerSecond);
  await until(() => load.report().acknowledged.length > 300, 'the newer version has written');
  const { position } = await site.system();
  const events = chainOf(join(site.data, 'db.sqlite')).slice(0, position);
  const tree = (await site.get(`/tree?asOf=${position}`)).json;

  expect(await site.run(older, 'revert')).toMatchObject({ code: 0 });
  expect((await site.system()).version).toBe('1.0.0');
  expect((await site.get(`/tree?asOf=${position}`)).json).toEqual(tree);
  expect(await site.run(newer, 'upgrade')).toMatchObject({ code: 0 });
  expect((await site.system()).version).toBe('1.1.0');
  expect((await site.get(`/tree?asOf=${position}`)).json).toEqual(tree);

  const { failures, acknowledged } = await load.stop();
  expect(failures).toEqual([]);
  expectAllKept(site, acknowledged);
  expect(chainOf(join(site.data, 'db.sqlite')).slice(0, position)).toEqual(events);
  await expectLeft(site, ['db_1.0.0.sqlite', 'db_1.1.0.sqlite']);

  const { upgrade } = JSON.parse((await site.run(newer, 'status', '--json')).output) as {
    upgrade: { last: object };
  };
  expect(upgrade.last).toMatchObject({
    programVersion: '1.1.0',
    predecessorVersion: '1.0.0',
    finalizedAt: null,
  });
  expect(await site.run(newer, 'finalize')).toMatchObject({ code: 0 });
  await expectLeft(site, []);
  expect((await site.system()).version).toBe('1.1.0');
});

test('when nothing was written since, the older version finds its own database again', async () => {
  const site = makeSite();
  const old = await site.serve(older);
  expect((await site.run(newer, 'upgrade')).code).toBe(0);
  await old.ended;
  const [pid = 0] = processesOn(site.data);
  process.kill(pid, 'SIGTERM');
  await until(() => processesOn(site.data).length === 0, 'the newer version has stopped');
  await site.serve(older);
  expect((await site.system()).version).toBe('1.0.0');
  await expectLeft(site, []);
});
