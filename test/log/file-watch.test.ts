import { existsSync, mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileWatch } from '../../src/log/file-watch.js';
import { append, pageCreated } from '../support/append.js';
import { openInstallation } from '../support/installation.js';

const root = mkdtempSync(join(tmpdir(), 'palimpsest-watch-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

test('a file that can not be looked at is not taken for a lost one', () => {
  const database = join(root, 'db.sqlite');
  const installation = openInstallation(database);
  append(installation, [pageCreated('00000001-0000-4000-8000-000000000000', null)]);
  expect(existsSync(`${database}-wal`)).toBe(true);
  const { atime, mtime } = statSync(database);
  // Where the name would be by which it is looked at, there is no directory: as if its disk had no room.
  const watch = new FileWatch(installation.db, { database, alone: join(root, 'nowhere', 'alone.sqlite') });
  expect(watch.look()).toBeUndefined();
  utimesSync(database, atime, new Date(mtime.getTime() + 10_000));
  expect(watch.look()).toMatchObject({ isReadable: true, isUnsure: true });
  utimesSync(database, atime, mtime);
  const again = new FileWatch(installation.db, { database, alone: join(root, 'nowhere', 'alone.sqlite') });
  expect([again.look(), again.found]).toEqual([undefined, undefined]);
});
