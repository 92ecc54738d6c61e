import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bind, portOf, type BoundSocket } from '../../src/upgrade/bind.js';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import { adminSecret } from '../support/server.js';
import { expectAllKept, expectLeft, makeSite, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');

test('ten upgrades in a row, started in turn in three ways, leave nothing behind', async () => {
  const site = makeSite();
  const releases = [older, newer];
  // Whoever serves inherits this socket, as from systemd; here nobody accepts on it.
  const socket = bind('127.0.0.1', '0');
  site.port = portOf(socket);
  inherit(site, socket, [older, 'serve', '--data', site.data]);
  await until(() => isUp(site), 'the first version serves');
  const load = startLoad(site.port, 20);
  let early = { descriptors: 0, residentMiB: 0 };
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
    // Both were started in the same way.
    if (round === 3) early = { descriptors: descriptorsOf(pid), residentMiB: residentMiB(pid) };
    if (round === 9) {
      const most = early.descriptors + 2;
      await until(() => descriptorsOf(pid) <= most, `the ninth has at most ${most} descriptors`);
      expect(residentMiB(pid)).toBeLessThan(early.residentMiB * 1.5);
    }
  }
  socket.close();
  const { failures, acknowledged } = await load.stop();
  expect(failures).toEqual([]);
  expectAllKept(site, acknowledged);
  await expectLeft(site, ['db_1.0.0.sqlite', 'db_1.1.0.sqlite']);
  expect(readdirSync(join(site.data, 'run')).filter((name) => name.endsWith('.sock'))).toHaveLength(1);
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

/** How many it has open, without connections: those come and go with the load. */
function descriptorsOf(pid: number): number {
  const directory = `/proc/${pid}/fd`;
  const before = connectionsOf(pid);
  const open = readdirSync(directory).map((fd) => linkOf(join(directory, fd)));
  const connections = new Set([...before, ...connectionsOf(pid)]);
  return open.filter((link) => link !== undefined && !connections.has(link)).length;
}

/** Undefined: it is closed by now. */
function linkOf(descriptor: string): string | undefined {
  try {
    return readlinkSync(descriptor);
  } catch {
    return undefined;
  }
}

/** TCP sockets that don't listen, as links of descriptors name them (proc_pid_net(5)). */
function connectionsOf(pid: number): ReadonlySet<string> {
  const listening = '0A';
  const rows = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1);
  const sockets = rows.map((row) => row.trim().split(/\s+/));
  return new Set(
    sockets.flatMap(([, , , state, , , , , , inode]) => (state === listening ? [] : [`socket:[${inode}]`])),
  );
}

function residentMiB(pid: number): number {
  return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
