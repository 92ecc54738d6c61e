import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../src/log/database.js';
import { bind, portOf, type BoundSocket } from '../../src/upgrade/bind.js';
import { unguarded } from '../cli/tables.js';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import { adminSecret } from '../support/server.js';
import { chainOf, leftovers, makeSite, processesOn, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');
const ratePerSecond = 100;

function expectAllKept(site: Site, acknowledged: readonly { page: string; position: number }[]): void {
  const events = chainOf(join(site.data, 'db.sqlite'));
  expect(acknowledged.filter(({ page, position }) => events[position - 1]?.stream !== page)).toEqual([]);
}

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
  expect(leftovers(site.data)).toEqual(['db_1.0.0.sqlite', 'db_1.1.0.sqlite']);

  const { upgrade } = JSON.parse((await site.run(newer, 'status', '--json')).output) as {
    upgrade: { last: object };
  };
  expect(upgrade.last).toMatchObject({
    programVersion: '1.1.0',
    predecessorVersion: '1.0.0',
    finalizedAt: null,
  });
  expect(await site.run(newer, 'finalize')).toMatchObject({ code: 0 });
  expect(leftovers(site.data)).toEqual([]);
  expect((await site.system()).version).toBe('1.1.0');
});

test('a server finds by itself that its upgrade is long ago, and nobody notices', async () => {
  const site = makeSite();
  // An hour of its own: half a second.
  const hasty = { PALIMPSEST_TEST_HOUR_MS: '500' };
  await site.serve(older, hasty);
  expect(await site.start(newer, ['upgrade'], hasty).ended).toMatchObject({ code: 0 });
  const load = startLoad(site.port, ratePerSecond);
  await until(() => load.report().acknowledged.length > 30, 'it serves');
  expect(leftovers(site.data)).toEqual(['db_1.0.0.sqlite']);
  const db = openDatabase(join(site.data, 'db.sqlite'));
  unguarded(db, () => db.exec(`UPDATE version_history SET at = '2026-01-01T00:00:00.000Z'`));
  db.close();
  await until(() => leftovers(site.data).length === 0, 'the older database is gone');
  expect((await load.stop()).failures).toEqual([]);
  expect(await site.system()).toMatchObject({
    version: '1.1.0',
    upgrade: { finalizedAt: expect.any(String) as string },
  });
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
  expect(leftovers(site.data)).toEqual([]);
});

test('ten upgrades in a row, started in turn in three ways, leave nothing behind', async () => {
  const site = makeSite();
  const releases = [older, newer];
  // Whoever serves inherits this socket, as from systemd; here nobody accepts on it.
  const socket = bind('127.0.0.1', '0');
  site.port = portOf(socket);
  inherit(site, socket, [older, 'serve', '--data', site.data]);
  await until(() => isUp(site), 'the first version serves');
  const load = startLoad(site.port, 20);
  const resources: number[][] = [];
  for (let round = 1; round <= 10; round++) {
    const main = releases[round % 2] ?? '';
    const verb = round % 2 === 1 ? 'upgrade' : 'revert';
    const epoch = (await site.system()).epoch;
    if (round % 3 === 0) site.start(main, [verb, '--here']);
    else if (round % 3 === 1) expect(await site.run(main, verb)).toMatchObject({ code: 0 });
    else inherit(site, socket, [main, verb, '--data', site.data]);
    await until(async () => (await site.system()).epoch > epoch, `upgrade ${round}`);
    // The one before is gone after a while, and one process is left besides an operator's.
    await until(() => servers(site).length === 1, `the version before upgrade ${round} has left`);
    const [pid = 0] = servers(site);
    resources.push([readdirSync(`/proc/${pid}/fd`).length, residentMiB(pid)]);
  }
  socket.close();
  const { failures, acknowledged } = await load.stop();
  expect(failures).toEqual([]);
  expectAllKept(site, acknowledged);
  expect(leftovers(site.data)).toEqual(['db_1.0.0.sqlite', 'db_1.1.0.sqlite']);
  expect(readdirSync(join(site.data, 'run')).filter((name) => name.endsWith('.sock'))).toHaveLength(1);
  const [first = [], last = []] = [resources[2], resources[8]];
  expect(last[0]).toBeLessThanOrEqual((first[0] ?? 0) + 2);
  expect(last[1]).toBeLessThan((first[1] ?? 0) * 1.5);
});

/** Starts a program as systemd does: descriptor 3 is the socket, two variables say so. */
function inherit(site: Site, socket: BoundSocket, args: readonly string[]): void {
  spawn('sh', ['-c', 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"', process.execPath, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', socket.fd],
    env: { PATH: process.env['PATH'], PALIMPSEST_ADMIN_TOKEN: adminSecret },
  });
}

async function isUp(site: Site): Promise<boolean> {
  try {
    return (await site.system()).mode === 'live';
  } catch {
    return false;
  }
}

/** Processes that hold the control socket of a server; a parent in a terminal has none. */
function servers(site: Site): readonly number[] {
  return readdirSync(join(site.data, 'run')).flatMap((name) => {
    const [, pid] = /^control-(\d+)\.sock$/.exec(name) ?? [];
    return pid === undefined ? [] : [Number(pid)];
  });
}

function residentMiB(pid: number): number {
  return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

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
