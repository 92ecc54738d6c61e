import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  dataDirectory,
  ensureDirectories,
  type DataDirectory,
} from '../../src/installation/data-directory.js';
import { openDatabase, type Database } from '../../src/log/database.js';
import { createInstallation } from '../../src/log/installation.js';
import { tryOwnerLock } from '../../src/log/owner-lock.js';
import {
  discardNext,
  keepSpentLog,
  predecessors,
  putBack,
  takePlace,
  undoLinks,
} from '../../src/installation/files.js';
import { repairUpgrade } from '../../src/upgrade/repair.js';

let directory: DataDirectory;

beforeEach(() => {
  directory = dataDirectory(mkdtempSync(join(tmpdir(), 'palimpsest-files-')));
  ensureDirectories(directory);
  for (const [file, who] of [
    [directory.database, 'old'],
    [directory.nextDatabase, 'new'],
  ] as const) {
    const db = openDatabase(file);
    createInstallation(db, { version: who, schemaVersion: 1, ladderHash: '' });
    db.close();
  }
});

afterEach(() => {
  rmSync(directory.path, { recursive: true });
});

function madeBy(file: string): unknown {
  const db = openDatabase(file);
  try {
    return db.prepare('SELECT program_version FROM installation').pluck().get();
  } finally {
    db.close();
  }
}

const names = (): readonly string[] => readdirSync(directory.path).sort();

test('the new file takes the name, the old one keeps a name', () => {
  const kept = directory.predecessor('1.0.0');
  takePlace(directory, kept);
  expect(names()).toEqual(['content', 'db.sqlite', 'db_1.0.0.sqlite', 'run']);
  expect([madeBy(directory.database), madeBy(kept)]).toEqual(['new', 'old']);
  expect(predecessors(directory)).toEqual([kept]);
  putBack(directory, kept);
  expect(names()).toEqual(['content', 'db.sqlite', 'run']);
  expect(madeBy(directory.database)).toBe('old');
});

/** Something that a reader keeps from being copied out of the write-ahead log. */
function writeBesideReader(): { readonly reader: Database; readonly close: () => void } {
  const reader = openDatabase(directory.database, 'read');
  reader.exec('BEGIN');
  reader.prepare('SELECT * FROM installation').all();
  const writer = openDatabase(directory.database);
  writer.exec(`UPDATE installation SET program_version = 'older'`);
  writer.close();
  return {
    reader,
    close: () => {
      reader.exec('COMMIT');
      reader.close();
    },
  };
}

test('a write-ahead log that a reader keeps alive goes with its file, and not with the new one', () => {
  const { reader, close } = writeBesideReader();
  expect(existsSync(`${directory.database}-wal`)).toBe(true);
  const kept = directory.predecessor('1.0.0');
  takePlace(directory, kept);
  expect(existsSync(`${directory.database}-wal`)).toBe(false);
  const now = openDatabase(directory.database);
  now.exec(`UPDATE installation SET program_version = 'newer'`);
  expect(reader.prepare('SELECT program_version FROM installation').pluck().get()).toBe('old');
  // The reader closes last: SQLite sees that its file has moved, and leaves the other's log alone.
  close();
  expect(existsSync(`${directory.database}-wal`)).toBe(true);
  now.close();
  expect([madeBy(directory.database), madeBy(kept)]).toEqual(['newer', 'older']);
});

test('what was cut off between the two names is undone, write-ahead log included', () => {
  const { close } = writeBesideReader();
  const kept = directory.predecessor('1.0.0');
  linkSync(directory.database, kept);
  renameSync(`${directory.database}-wal`, `${kept}-wal`);
  close();
  undoLinks(directory);
  discardNext(directory);
  expect(madeBy(directory.database)).toBe('older');
  expect(names()).toEqual(['content', 'db.sqlite', 'run']);
});

test("somebody else's file in the place of the new one is not removed", () => {
  writeFileSync(directory.nextDatabase, 'mine');
  expect(() => {
    discardNext(directory);
  }).toThrow('is not a Palimpsest database');
  expect(existsSync(directory.nextDatabase)).toBe(true);
});

test('the repair at a start removes what an upgrade kept of a spent write-ahead log, whoever that was', () => {
  const { close } = writeBesideReader();
  tryOwnerLock(directory.upgradeLock)?.release();
  keepSpentLog(directory);
  keepSpentLog(directory); // the next upgrade, after the first was killed
  expect(readdirSync(directory.run)).toContain('spent.sqlite-wal');
  repairUpgrade(directory, { version: 'old', schemaVersion: 1, ladderHash: '' });
  expect(readdirSync(directory.run)).not.toContain('spent.sqlite-wal');
  close();
});

test.each([
  ['of the file that was being built', (): void => undefined],
  [
    'of the second name of the old one',
    (): void => {
      linkSync(directory.database, directory.predecessor('1.0.0'));
    },
  ],
])('the repair at a start needs no lock to be left behind, to clear up %s', (_what, leave) => {
  leave();
  repairUpgrade(directory, { version: 'old', schemaVersion: 1, ladderHash: '' });
  expect(names()).toEqual(['content', 'db.sqlite', 'run']);
});

test("the repair at a start leaves somebody else's file alone", () => {
  writeFileSync(directory.nextDatabase, 'mine');
  repairUpgrade(directory, { version: 'old', schemaVersion: 1, ladderHash: '' });
  expect(readFileSync(directory.nextDatabase, 'utf8')).toBe('mine');
});

test('a passive checkpoint waits for no reader', () => {
  const { close } = writeBesideReader();
  const db = openDatabase(directory.database);
  // What waits and does so in vain says that it was busy.
  expect(db.pragma('wal_checkpoint(PASSIVE)')).toMatchObject([{ busy: 0 }]);
  db.close();
  close();
});
