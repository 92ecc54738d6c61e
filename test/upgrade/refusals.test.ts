import { chmodSync, chownSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openDatabase } from '../../src/log/database.js';
import { readInstallation } from '../../src/log/installation.js';
import { tryOwnerLock } from '../../src/log/owner-lock.js';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import {
  chainOf,
  expectRefused,
  expectUntouched,
  expectLeft,
  makeSite,
  until,
  type Site,
} from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');

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
  await expectLeft(site, ['db_1.0.0.sqlite']);
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
  // Only root can be somebody else: all others would need their files.
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
  await expectLeft(site, []);
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
