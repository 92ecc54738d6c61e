import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { dataDirectory } from '../../src/installation/data-directory.js';
import { openDatabase } from '../../src/log/database.js';
import { readInstallation } from '../../src/log/installation.js';
import { tryOwnerLock } from '../../src/log/owner-lock.js';
import { requireRoom } from '../../src/upgrade/preflight.js';
import { unguarded } from '../cli/tables.js';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import { chainOf, expectRefused, leftovers, makeSite, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');

async function expectUntouched(site: Site): Promise<void> {
  expect((await site.system()).version).toBe('1.0.0');
  expect(leftovers(site.data)).toEqual([]);
}

test('a directory without a database', async () => {
  const site = makeSite();
  await expectRefused(site, newer, ['upgrade'], 65, 'there is no database in');
  expect(readdirSync(site.data)).toEqual([]);
});

test('a version that is older, or not; each verb has its direction', async () => {
  const site = makeSite();
  await site.serve(newer);
  await expectRefused(site, older, ['upgrade'], 78, 'to go back, run `palimpsest revert`');
  await expectRefused(site, buildOf('1.2.0'), ['revert'], 78, 'to go forward, run `palimpsest upgrade`');
  await expectRefused(site, newer, ['revert'], 64, 'this is 1.1.0, which is in charge already: run the');
  expect(await site.run(newer, 'upgrade')).toMatchObject({
    code: 0,
    output: 'nothing to do: 1.1.0 is in charge already\n',
  });
  expect((await site.system()).version).toBe('1.1.0');
});

test('a second upgrade, and a second server, while one is at it', async () => {
  const site = makeSite();
  await site.serve(older);
  const first = site.start(newer, ['upgrade', '--here'], { PALIMPSEST_TEST_FAULT: 'chase:stop' });
  await until(() => /"step":"chase"/.test(progressOf(site)), 'the first has replayed');
  await expectRefused(site, newer, ['upgrade'], 75, 'is being upgraded by process');
  await expectRefused(site, newer, ['upgrade', '--check'], 75, 'is being upgraded by process');
  await expectRefused(site, newer, ['finalize'], 78, 'the database belongs to 1.0.0');
  await expectRefused(site, older, ['finalize'], 75, 'is being upgraded by process');
  await expectRefused(site, older, ['serve', '--port', '0'], 75, 'is served by process');
  const { upgrade } = JSON.parse((await site.run(newer, 'status', '--json')).output) as {
    upgrade: { running: unknown };
  };
  expect(upgrade.running).toMatchObject({ from: '1.0.0', to: '1.1.0', step: 'chase' });
  const { pid } = upgrade.running as { pid: number };
  process.kill(pid, 'SIGCONT');
  await first.says(/^listening on/m);
  await until(async () => (await site.system()).version === '1.1.0', 'the newer version serves');
});

test('whoever asks to take over, is refused, and does not wait for the answer', async () => {
  const site = makeSite();
  const old = await site.serve(older);
  const controlSocket = dataDirectory(site.data).controlSocket(old.pid);
  const head = 'POST /control/hand-over HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
  for (let n = 0; n < 5; n++) {
    // What is closed with something unread in it is reset.
    const socket = connect(controlSocket).pause();
    await once(socket, 'connect');
    socket.write(head);
    await wait(50);
    socket.destroy();
    await once(socket, 'close');
  }
  await expectUntouched(site);
  expect(old.process.exitCode).toBe(null);
});

test.each(['upgrade', 'upgrade --here'])('`%s` to a version that is killed half-way', async (verb) => {
  const site = makeSite();
  const env = { PALIMPSEST_TEST_FAULT: 'chase:kill' };
  await site.serve(older, env);
  const upgrade = site.start(newer, verb.split(' '), env);
  expect(await upgrade.ended).toMatchObject({
    code: 69,
    output: expect.stringContaining('palimpsest: the new version was killed') as string,
  });
  await until(async () => (await site.system()).mode === 'live', 'the older version serves on');
  expect((await site.system()).version).toBe('1.0.0');
});

test('three upgrades and two servers at the same moment: one upgrade is done, all others leave', async () => {
  const site = makeSite();
  // Whoever is first waits for the others: who comes when all is done is told, rightly, that there is nothing to do.
  await site.serve(older, { PALIMPSEST_TEST_FAULT: 'chase:stop' });
  const load = startLoad(site.port, 50);
  let othersAtWork = 4;
  const left = async (main: string, ...args: readonly string[]) => {
    const ended = await site.run(main, ...args);
    othersAtWork -= 1;
    return ended;
  };
  const all = Promise.all([
    ...[1, 2, 3].map(() => left(newer, 'upgrade')),
    ...[older, newer].map((main) => left(main, 'serve', '--port', '0')),
  ]);
  await until(() => othersAtWork === 0 && /"step":"chase"/.test(progressOf(site)), 'the others have left');
  const { pid } = JSON.parse(progressOf(site)) as { pid: number };
  process.kill(pid, 'SIGCONT');
  const ended = await all;
  const { failures } = await load.stop();
  expect(failures).toEqual([]);
  const codes = ended.map(({ code }) => code);
  expect(codes.slice(0, 3).sort()).toEqual([0, 75, 75]);
  expect(codes.slice(3)).toEqual([75, 75]);
  for (const { code, output } of ended) {
    if (code === 75)
      expect(output).toMatch(/^palimpsest: .* (?:is being upgraded by|is served by|ended with 75)/m);
  }
  expect((await site.system()).version).toBe('1.1.0');
});

function progressOf({ data }: Site): string {
  const file = join(data, 'run/upgrade.json');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

test('an unrelated file in the place of the new one, which stays', async () => {
  const site = makeSite();
  await site.serve(older);
  writeFileSync(join(site.data, 'db_new.sqlite'), 'my notes');
  for (const verb of [['upgrade'], ['upgrade', '--check']]) {
    await expectRefused(site, newer, verb, 73, 'db_new.sqlite is in the way');
  }
  expect(readFileSync(join(site.data, 'db_new.sqlite'), 'utf8')).toBe('my notes');
  expect((await site.system()).version).toBe('1.0.0');
});

test("another program's database in the place of the predecessor, which stays", async () => {
  const site = makeSite();
  await site.serve(older);
  const db = openDatabase(join(site.data, 'db_1.0.0.sqlite'));
  db.exec('CREATE TABLE notes (text TEXT)');
  db.close();
  for (const verb of [['upgrade'], ['upgrade', '--here'], ['upgrade', '--check']]) {
    await expectRefused(site, newer, verb, 73, 'db_1.0.0.sqlite is in the way and not a database of ours');
  }
  expect((await site.system()).version).toBe('1.0.0');
  expect(leftovers(site.data)).toEqual(['db_1.0.0.sqlite']);
});

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
  const site = makeSite();
  await site.serve(older);
  const load = startLoad(site.port, 50);
  await until(() => load.report().acknowledged.length > 3, 'some pages');
  await load.stop();
  const db = openDatabase(join(site.data, 'db.sqlite'));
  unguarded(db, () => db.exec(damage));
  db.close();
  for (const verb of [['upgrade'], ['upgrade', '--check']]) {
    await expectRefused(site, newer, verb, 65, 'the log is damaged at position 3');
  }
  await expectUntouched(site);
});

test('a rehearsal of a sound log: nothing unexplained, nothing changed; rows that are wrong are told', async () => {
  const site = makeSite();
  await site.serve(older);
  const load = startLoad(site.port, 50);
  await until(() => load.report().acknowledged.length > 3, 'some pages');
  await load.stop();
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

test('a stale pid that belongs to another program by now is no address', async () => {
  const site = makeSite();
  await site.serve(older);
  const stranger = site.start(newer, ['tail']);
  const db = openDatabase(join(site.data, 'db.sqlite'));
  db.prepare('UPDATE installation SET pid = ?').run(stranger.pid);
  await expectRefused(site, newer, ['upgrade', '--force'], 69, 'does not answer');
  expect(stranger.process.exitCode).toBe(null);
  db.close();
  await expectUntouched(site);
});

test('the pid of a server that died, and which belongs to another program by now, is left alone', async () => {
  const site = makeSite();
  const old = await site.serve(older);
  const stranger = site.start(newer, ['tail']);
  old.process.kill('SIGKILL');
  await old.ended;
  const db = openDatabase(join(site.data, 'db.sqlite'));
  db.prepare('UPDATE installation SET pid = ?').run(stranger.pid);
  db.close();
  expect(await site.run(newer, 'upgrade', '--force')).toMatchObject({ code: 0 });
  await site.serve(newer);
  expect((await site.system()).version).toBe('1.1.0');
  expect(stranger.process.exitCode).toBe(null);
});

/** Runs a verb as somebody who may do nothing in particular. */
function runAsNobody(site: Site, main: string, ...args: readonly string[]) {
  const isRoot = process.getuid?.() === 0;
  return spawnSync(process.execPath, [main, ...args, '--data', site.data], {
    ...(isRoot && { uid: nobody, gid: nobody }),
    encoding: 'utf8',
  });
}

const nobody = 65534;

test("another user's files", async () => {
  const site = makeSite();
  await site.serve(older);
  // Only root can be somebody else: all others would need his files.
  if (process.getuid?.() !== 0) return;
  chmodSync(site.data, 0o755);
  for (const verb of [['upgrade'], ['upgrade', '--here'], ['upgrade', '--check']]) {
    const { status, stderr } = runAsNobody(site, newer, ...verb);
    expect(stderr).toMatch(
      /^palimpsest: .*db\.sqlite belongs to user 0: run this as that user, not as 65534\n$/,
    );
    expect(status).toBe(77);
  }
  await expectUntouched(site);
});

test('a directory that can not be written to', async () => {
  const site = makeSite();
  const old = await site.serve(older);
  old.process.kill('SIGTERM');
  await old.ended;
  if (process.getuid?.() === 0) {
    for (const name of ['', ...readdirSync(site.data, { recursive: true, encoding: 'utf8' })]) {
      chownSync(join(site.data, name), nobody, nobody);
    }
  }
  chmodSync(site.data, 0o555);
  for (const verb of [['upgrade'], ['upgrade', '--here'], ['upgrade', '--check']]) {
    const { status, stderr } = runAsNobody(site, newer, ...verb);
    expect(stderr).toMatch(/^palimpsest: can't create files and links in .*: EACCES[^\n]*\n$/);
    expect(status).toBe(77);
  }
  chmodSync(site.data, 0o755);
  expect(leftovers(site.data)).toEqual([]);
});

test('a database of a newer format', async () => {
  const site = makeSite();
  const old = await site.serve(older);
  old.process.kill('SIGTERM');
  await old.ended;
  const db = openDatabase(join(site.data, 'db.sqlite'));
  db.pragma('user_version = 999');
  db.close();
  await expectRefused(site, newer, ['upgrade'], 78, 'has format 999');
});

test('with nobody serving it is done at once, and the owner lock keeps others out meanwhile', async () => {
  const site = makeSite();
  const old = await site.serve(older);
  const load = startLoad(site.port, 50);
  await until(() => load.report().acknowledged.length > 3, 'some pages');
  await load.stop();
  old.process.kill('SIGTERM');
  await old.ended;
  const before = chainOf(join(site.data, 'db.sqlite'));
  expect(await site.run(newer, 'upgrade')).toMatchObject({ code: 0 });
  expect(chainOf(join(site.data, 'db.sqlite'))).toEqual(before);
  const lock = tryOwnerLock(join(site.data, 'run/owner.lock'));
  expect(lock).toBeDefined();
  lock?.release();
  await site.serve(newer);
  expect(await site.system()).toMatchObject({ version: '1.1.0', position: before.length });
  const db = openDatabase(join(site.data, 'db_1.0.0.sqlite'), 'read');
  expect(readInstallation(db)).toMatchObject({ programVersion: '1.0.0', mode: 'fenced' });
  db.close();
});
