import { buildOf } from '../support/builds.js';
import { expectLeft, makeSite, processesOn, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');

async function isServedBy(site: Site, version: string): Promise<boolean> {
  try {
    return (await site.system()).version === version;
  } catch {
    return false; // Nobody listens just now.
  }
}

test.each([
  ['::1', ['upgrade']],
  ['::1', ['upgrade', '--here']],
  ['localhost', ['upgrade']],
  ['localhost', ['upgrade', '--here']],
])('a server on %s is replaced by %j, and its successor is started again there', async (host, args) => {
  const site = makeSite();
  site.host = host;
  const old = await site.serve(older);
  const upgrade = site.start(newer, args);
  await until(() => isServedBy(site, '1.1.0'), 'the newer version serves');
  const successor = processesOn(site.data).find((pid) => pid !== old.pid && pid !== upgrade.pid) ?? 0;
  process.kill(successor, 'SIGKILL');
  await until(() => isServedBy(site, '1.1.0'), 'it is started again');
  expect((await old.ended).code).toBe(0);
  expect(await isServedBy(site, '1.1.0')).toBe(true);
  await expectLeft(site, ['db_1.0.0.sqlite']);
});
