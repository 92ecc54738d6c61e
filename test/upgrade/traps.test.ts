import { connect } from 'node:net';
import { Agent } from 'node:http';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../src/log/database.js';
import { tryOwnerLock } from '../../src/log/owner-lock.js';
import { buildOf } from '../support/builds.js';
import { getOver } from '../support/kept-connection.js';
import { startLoad } from '../support/load.js';
import { adminSecret } from '../support/server.js';
import {
  chainOf,
  expectRefused,
  isListening,
  expectLeft,
  makeSite,
  processesOn,
  stateOf,
  until,
  type Release,
  type Site,
} from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');

async function writeSome(site: Site, count = 5): Promise<void> {
  const load = startLoad(site.port, 100);
  await until(() => load.report().acknowledged.length >= count, 'some pages');
  expect((await load.stop()).failures).toEqual([]);
}

/** The process that a new version serves from, or will, in whichever way it was started. */
function successorOf(site: Site, ...others: readonly Release[]): number | undefined {
  return processesOn(site.data).find((pid) => !others.some((other) => other.pid === pid));
}

async function frozen(site: Site): Promise<number> {
  const stopped = (): number | undefined => processesOn(site.data).find((pid) => stateOf(pid) === 'T');
  await until(() => stopped() !== undefined, 'a process has stopped');
  return stopped() ?? 0;
}

test('1: whatever writes to the log waits for the disk, in the old version and in the new one', async () => {
  const site = makeSite();
  const old = await site.serve(buildOf('1.0.0', 'telling-sync'));
  // What a thread says comes a little later than what it does.
  const toldSince = (start: number): Promise<void> =>
    until(
      () => old.output().slice(start).includes('synchronous 2: INSERT INTO events'),
      'the log is written',
    );
  await writeSome(site);
  await toldSince(0);
  const killed = site.start(buildOf('1.1.0', 'telling-sync'), ['upgrade', '--here'], {
    PALIMPSEST_TEST_FAULT: 'live:kill',
  });
  await killed.ended;
  await until(async () => (await site.system()).mode === 'live', 'the old version serves again');
  const before = old.output().length;
  await writeSome(site);
  await toldSince(before);
  expect((await site.run(buildOf('1.1.0', 'telling-sync'), 'upgrade')).code).toBe(0);
  const after = old.output().length;
  await writeSome(site);
  await toldSince(after);
  for (const [, how] of (old.output() + killed.output()).matchAll(/^synchronous (\d): .*$/gm))
    expect(how).toBe('2');
});

/** Whether some other process holds a POSIX lock on a file (proc(5), /proc/locks). */
function isLocked(file: string): boolean {
  const { ino } = statSync(file);
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .some((line) => line.includes(`:${ino} `));
}

/** That the locks of whoever serves hold: the owner's, and the shared one that says that a database is open. */
function expectLocked({ data }: Site): void {
  expect(tryOwnerLock(join(data, 'run/owner.lock'))).toBeUndefined();
  expect(isLocked(join(data, 'run/owner.lock'))).toBe(true);
  expect(isLocked(join(data, 'db.sqlite'))).toBe(true);
}

test('2: nothing that a server does opens and closes its locks away', async () => {
  const site = makeSite();
  await site.serve(older);
  await writeSome(site);
  expectLocked(site);
  for (const verb of [['status'], ['verify'], ['token', 'list'], ['export', 'jsonl']]) {
    expect((await site.run(older, ...verb)).code).toBe(0);
    expectLocked(site);
  }
  expect((await site.run(newer, 'upgrade', '--check')).code).toBe(0);
  expectLocked(site);
  expect((await site.run(older, 'serve', '--port', '0')).code).toBe(75);
  expectLocked(site);
  for (const step of ['tail', 'rename']) {
    const env = { PALIMPSEST_TEST_FAULT: `${step}:kill` };
    await site.start(newer, ['upgrade', '--here'], env).ended;
    await until(async () => (await site.system()).mode === 'live', 'the old version serves on');
    await writeSome(site);
    expectLocked(site);
  }
  expect((await site.run(newer, 'upgrade')).code).toBe(0);
  await writeSome(site);
  expectLocked(site);
});

/** Where files are opened by other means than SQLite's, which a database or a lock would not survive. */
const opening =
  /\b(?:open|readFile|writeFile|copyFile|cp)Sync\(|\bcreate(?:Read|Write)Stream\(|'node:fs\/promises'/;

test('2: outside of SQLite, files are opened in few places, and databases only before or after they are in use', () => {
  const source = join(import.meta.dirname, '../../src');
  const found = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(?!exchange\/git\/|cli\/migrations\/).*\.ts$/.test(name))
    .filter((name) => opening.test(readFileSync(join(source, name), 'utf8')));
  // `read-only` reads a file that no other connection of the process is open on. `wal-fit` makes a copy where there are no links: before the database is opened, or in a process of its own.
  const ofDatabases = [
    'installation/database-header.ts',
    'installation/files.ts',
    'installation/issuer-settings.ts',
    'log/read-only.ts',
    'log/wal-fit.ts',
  ];
  const ofOtherFiles = [
    'cli/export.ts',
    'cli/import.ts',
    'http/docs/viewer-files.ts',
    'installation/program.ts',
    'ladder/rung-files.ts',
    'log/installation.ts',
    'upgrade/preflight.ts',
    'upgrade/upgrade-lock.ts',
    'writer/run-batch.ts',
  ];
  const ofAssets = [
    'cli/check-files.ts',
    'duties/leftovers.ts',
    'exchange/asset-files.ts',
    'files/check-file.ts',
    'files/file-store.ts',
    'files/media-type.ts',
    'files/pictures/decode.ts',
    'files/pictures/decoding-process.ts',
    'files/pictures/pictures.ts',
    'files/receive-file.ts',
    'files/stored-files.ts',
    'http/assets/send-file.ts',
    'http/hand-over/forward.ts',
  ];
  expect(found.sort()).toEqual([...ofDatabases, ...ofOtherFiles, ...ofAssets].sort());
});

/** Files below the data directory that a process has open, deleted and renamed ones by their name of now. */
function openFiles({ data }: Site, pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const file = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return file.startsWith(data) ? [file.slice(data.length + 1)] : [];
    } catch {
      return []; // Closed meanwhile.
    }
  });
}

/** The same of one that may have left meanwhile, with all that it had open. */
function openFilesIfThere(site: Site, pid: number): readonly string[] {
  try {
    return openFiles(site, pid);
  } catch (error) {
    if (isGone(pid)) return [];
    throw error;
  }
}

/** Whether a process has ended; what has is left by it until somebody asks how it ended. */
function isGone(pid: number): boolean {
  return [undefined, 'Z'].includes(stateOf(pid));
}

test('3: nobody has a database open while it is renamed, and nobody goes on with the one that was', async () => {
  const site = makeSite();
  const old = await site.serve(older);
  await writeSome(site);
  const upgrade = site.start(newer, ['upgrade', '--here'], { PALIMPSEST_TEST_FAULT: 'rename:stop' });
  const pid = await frozen(site);
  for (const each of [old.pid, pid, upgrade.pid]) {
    expect(openFiles(site, each).filter((name) => /^db.*\.sqlite/.test(name))).toEqual([]);
  }
  expect(existsSync(join(site.data, 'db.sqlite-wal'))).toBe(false);
  process.kill(pid, 'SIGCONT');
  await until(async () => (await site.system()).version === '1.1.0', 'the newer version serves');
  await writeSome(site);
  expect(openFilesIfThere(site, old.pid).filter((name) => /^db.*\.sqlite/.test(name))).toEqual([]);
  expect(openFiles(site, pid).filter((name) => /^db_|deleted/.test(name))).toEqual([]);
  const kept = chainOf(join(site.data, 'db_1.0.0.sqlite'));
  expect(chainOf(join(site.data, 'db.sqlite')).slice(0, kept.length)).toEqual(kept);
});

test('4: a reader that closes last leaves no write-ahead log behind', async () => {
  const site = makeSite();
  const server = await site.serve(older);
  await writeSome(site);
  const reader = site.start(older, ['tail', '--after', '0']);
  await reader.says(/^1 /m);
  server.process.kill('SIGTERM');
  await server.ended;
  expect(existsSync(join(site.data, 'db.sqlite-wal'))).toBe(true);
  reader.process.kill('SIGTERM');
  expect((await reader.ended).code).toBe(0);
  expect(existsSync(join(site.data, 'db.sqlite-wal'))).toBe(false);
});

test('5: no write waits for a reader because an upgrade wants to copy the write-ahead log', async () => {
  const site = makeSite();
  // Whoever waits for the reader does so for longer than any request of the load is waited for.
  await site.serve(buildOf('1.0.0', 'patient'));
  await writeSome(site);
  const reader = openDatabase(join(site.data, 'db.sqlite'), 'read');
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM events').get();
  const load = startLoad(site.port, 50);
  await until(() => load.report().acknowledged.length > 0, 'something is written');
  expect((await site.run(buildOf('1.1.0', 'patient'), 'upgrade')).code).toBe(0);
  const { failures } = await load.stop();
  expect(reader.inTransaction).toBe(true);
  reader.close();
  expect(failures).toEqual([]);
});

test('6: a version that was lent the socket takes no connection before it is live', async () => {
  const site = makeSite();
  await site.serve(older);
  site.start(newer, ['upgrade', '--here'], { PALIMPSEST_TEST_FAULT: 'chase:stop' });
  const pid = await frozen(site);
  const load = startLoad(site.port, 200);
  await until(() => load.report().answered > 200, 'the old version answers everybody');
  // A connection that the frozen version took would never be answered.
  expect((await load.stop()).failures).toEqual([]);
  process.kill(pid, 'SIGCONT');
  await until(async () => (await site.system()).version === '1.1.0', 'the newer version serves');
});

test("7: the successor's control socket is there after the predecessor has left", async () => {
  const site = makeSite();
  const old = await site.serve(older);
  expect((await site.run(newer, 'upgrade')).code).toBe(0);
  const pid = successorOf(site, old);
  expect(existsSync(join(site.data, `run/control-${pid ?? 0}.sock`))).toBe(true);
  expect((await old.ended).code).toBe(0);
  expect(readdirSync(join(site.data, 'run')).filter((name) => name.endsWith('.sock'))).toHaveLength(1);
  expect((await site.run(newer, 'token', 'create', '--role', 'render')).code).toBe(0);
});

test('8: connections that were kept alive get one more answer after an upgrade, and are told to close', async () => {
  const site = makeSite();
  await site.serve(older);
  const agents = Array.from({ length: 10 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  for (const agent of agents)
    expect(await getOver(agent, site)).toMatchObject({ status: 200, isReused: false });
  expect((await site.run(newer, 'upgrade')).code).toBe(0);
  const last = await Promise.all(agents.map((agent) => getOver(agent, site)));
  expect(last).toMatchObject(agents.map(() => ({ status: 200, connection: 'close', isReused: true })));
  for (const agent of agents) agent.destroy();
});

/** Whether the server has taken a connection, and read all that has come in on it (proc(5), `/proc/net/tcp`). */
function isAllRead(port: number, from: number): boolean {
  const hex = (one: number): string => one.toString(16).toUpperCase().padStart(4, '0');
  const connection = ['tcp', 'tcp6']
    .flatMap((family) => readFileSync(`/proc/net/${family}`, 'utf8').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .find(([, local, remote]) => local?.endsWith(`:${hex(port)}`) && remote?.endsWith(`:${hex(from)}`));
  const [, , , state, queues, , , , , inode] = connection ?? [];
  return state === '01' && inode !== '0' && queues?.split(':')[1] === '00000000';
}

test('8: a request that has begun to arrive when a server is stopped gets its answer, not 503', async () => {
  const site = makeSite();
  const server = await site.serve(older);
  const socket = connect(site.port, site.host);
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  await new Promise((sent) => socket.write(`GET /tree HTTP/1.1\r\nHost: x\r\n`, sent));
  await until(() => isAllRead(site.port, socket.localPort ?? 0), 'the server has read what has arrived');
  server.process.kill('SIGTERM');
  await until(async () => !(await isListening(site)), 'the server accepts nobody any more');
  socket.write(`Authorization: Bearer ${adminSecret}\r\n\r\n`);
  expect((await server.ended).code).toBe(0);
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(answer).toMatch(/^connection: close\r$/im);
});

test('9: with a SQLite that damages logs of two processes nothing is served, and nothing is taken over', async () => {
  const unsafe = buildOf('1.1.0', 'unsafe-sqlite');
  const sentence = 'SQLite 3.51.2 can damage a log that two processes check-point: install';
  const empty = makeSite();
  await expectRefused(empty, unsafe, ['serve', '--port', '0'], 78, sentence);
  expect(existsSync(join(empty.data, 'db.sqlite'))).toBe(false);
  const site = makeSite();
  await site.serve(older);
  for (const verb of [['upgrade'], ['upgrade', '--here'], ['upgrade', '--check'], ['status']]) {
    await expectRefused(site, unsafe, verb, 78, sentence);
  }
  await writeSome(site);
  await expectLeft(site, []);
});
