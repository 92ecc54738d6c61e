import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import { chainOf, expectLeft, makeSite, processesOn, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');

async function supervise(site: Site) {
  const supervisor = site.start(older, ['run', '--port', '0']);
  const [, url = ''] = await supervisor.says(/^listening on (http:\S+)$/m);
  site.port = Number(new URL(url).port);
  return supervisor;
}

function serversOf(site: Site, supervisor: number): readonly number[] {
  return processesOn(site.data).filter((pid) => pid !== supervisor);
}

test('a port that is no port, and an address that is none', async () => {
  const site = makeSite();
  expect(await site.run(older, 'run', '--port', 'x')).toMatchObject({ code: 64 });
  expect(await site.run(older, 'run', '--host', 'example')).toMatchObject({ code: 64 });
});

test('a port that somebody else listens on, and a directory that somebody else serves: it leaves', async () => {
  const site = makeSite();
  const supervisor = await supervise(site);
  const other = makeSite();
  expect(await other.run(older, 'run', '--port', String(site.port))).toMatchObject({
    code: 69,
    output: expect.stringContaining(`can't listen on 127.0.0.1, port ${site.port}`) as string,
  });
  expect(await site.run(older, 'run', '--port', '0')).toMatchObject({
    code: 75,
    output: expect.stringContaining('is served by process') as string,
  });
  expect((await site.system()).version).toBe('1.0.0');
  supervisor.process.kill('SIGTERM');
  await supervisor.ended;
});

test('a version takes over beneath the supervisor, and is started again when it dies', async () => {
  const site = makeSite();
  const supervisor = await supervise(site);
  const load = startLoad(site.port, 50);
  await until(() => load.report().acknowledged.length > 10, 'the load is running');
  expect(await site.run(newer, 'upgrade')).toMatchObject({ code: 0 });
  await until(async () => (await site.system()).version === '1.1.0', 'the newer version serves');
  await until(() => serversOf(site, supervisor.pid).length === 1, 'the older version has left');
  const { failures, acknowledged } = await load.stop();
  expect(failures).toEqual([]);
  expect(supervisor.process.exitCode).toBe(null);
  expect(await site.system()).toMatchObject({
    upgrade: { from: '1.0.0', to: '1.1.0', windowMs: expect.any(Number) as number, finalizedAt: null },
  });

  const [pid = 0] = serversOf(site, supervisor.pid);
  process.kill(pid, 'SIGKILL');
  // The socket is still bound: whoever asks now waits until somebody listens again.
  await until(() => serversOf(site, supervisor.pid).some((other) => other !== pid), 'it is started again');
  await until(
    async () => (await site.system().catch(() => undefined))?.version === '1.1.0',
    'it serves again',
  );
  const events = chainOf(join(site.data, 'db.sqlite'));
  expect(acknowledged.filter(({ page, position }) => events[position - 1]?.stream !== page)).toEqual([]);

  supervisor.process.kill('SIGTERM');
  expect(await supervisor.ended).toMatchObject({ code: 0 });
  expect(processesOn(site.data)).toEqual([]);
  await expectLeft(site, ['db_1.0.0.sqlite']);
});

test('a program that can not be started just now is tried again', async () => {
  const site = makeSite();
  const home = mkdtempSync(join(tmpdir(), 'palimpsest-node-'));
  const node = join(home, 'node');
  copyFileSync(process.execPath, node);
  const supervisor = site.start(older, ['run', '--port', '0'], {}, node);
  const [, url = ''] = await supervisor.says(/^listening on (http:\S+)$/m);
  site.port = Number(new URL(url).port);
  renameSync(node, `${node}-away`);
  for (const pid of serversOf(site, supervisor.pid)) process.kill(pid, 'SIGKILL');
  await supervisor.says(/^palimpsest: .*ENOENT/m);
  renameSync(`${node}-away`, node);
  await until(
    async () => (await site.system().catch(() => undefined))?.version === '1.0.0',
    'it serves again',
  );
  supervisor.process.kill('SIGTERM');
  expect(await supervisor.ended).toMatchObject({ code: 0 });
  rmSync(home, { recursive: true });
});

test('a server does not outlive its supervisor', async () => {
  const site = makeSite();
  const supervisor = await supervise(site);
  supervisor.process.kill('SIGKILL');
  await until(() => processesOn(site.data).length === 0, 'nobody is left');
});
