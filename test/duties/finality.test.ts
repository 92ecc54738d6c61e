import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeChargeOf } from '../../src/server/charge.js';
import { dataDirectory, type DataDirectory } from '../../src/installation/data-directory.js';
import { openDatabase } from '../../src/log/database.js';
import { addInChargeEntry, readFinality, schemaVersionsOfReturn } from '../../src/log/version-history.js';
import { requireFit } from '../../src/ladder/fit-ladder.js';
import { declare, migration } from '../../src/schema/migration.js';
import { finalize, finalizeInTime } from '../../src/duties/finality.js';
import { takeUpgradeLock } from '../../src/upgrade/upgrade-lock.js';
import { ladderOf } from '../schema/ladder-of.js';

const first = declare({ title: 'Notes', types: {} });
const nothing = migration({ title: 'Nothing' });
const noWayDown = migration({ title: 'No way down', irreversible: 'it is gone' });
const older = ladderOf(first);
const newer = ladderOf(first, nothing, noWayDown, nothing);
const upgradedAt = '2026-01-01T00:00:00.000Z';

let directory: DataDirectory;

/** A site of a program with one rung, which one with four has taken over. */
beforeEach(async () => {
  directory = dataDirectory(mkdtempSync(join(tmpdir(), 'palimpsest-finality-')));
  (await takeChargeOf(directory, older)).release();
  const db = openDatabase(directory.database);
  addInChargeEntry(db, {
    epoch: 2,
    programVersion: '9.9.9',
    schemaVersion: 2,
    ladderHash: newer.at(2).hash,
    at: upgradedAt,
    position: 0,
    predecessor: 'db_0.1.0.sqlite',
    predecessorVersion: '0.1.0',
  });
  db.exec(`INSERT INTO older_views VALUES (1, 1, '{}')`);
  db.close();
  writeFileSync(directory.predecessor('0.1.0'), 'kept');
});

afterEach(() => {
  rmSync(directory.path, { recursive: true });
});

function state() {
  const db = openDatabase(directory.database, 'read');
  try {
    return {
      usable: requireFit(db, newer).finalized,
      final: readFinality(db)?.schemaVersion,
      returns: schemaVersionsOfReturn(db),
      views: db.prepare('SELECT count(*) FROM older_views').pluck().get(),
      isKept: existsSync(directory.predecessor('0.1.0')),
    };
  } finally {
    db.close();
  }
}

const open = { usable: 2, final: 1, returns: [1, 2], views: 1, isKept: true };

test('while one may go back, what that takes is kept, and rungs without a way down wait', () => {
  expect(state()).toEqual(open);
});

test('once it is final, nothing is kept and the whole ladder may be used', () => {
  expect(finalize(directory, newer, 2)).toEqual(['db_0.1.0.sqlite']);
  expect(state()).toEqual({ usable: 4, final: 4, returns: [], views: 0, isKept: false });
});

test.each([
  ['6 days', '2026-01-07T00:00:00Z', open],
  ['8 days', '2026-01-09T00:00:00Z', { usable: 4, final: 4, returns: [], views: 0, isKept: false }],
])('after %s', (_, now, expected) => {
  finalizeInTime(directory, newer, new Date(now));
  expect(state()).toEqual(expected);
});

test('a program that was put back keeps the views that it lives on', () => {
  const db = openDatabase(directory.database);
  db.exec(`INSERT INTO rungs VALUES (1, 'hash-1'), (2, 'hash-2')`);
  db.close();
  finalize(directory, older, 2);
  expect(state().views).toBe(1);
  finalize(directory, newer, 2);
  expect(state().views).toBe(0);
});

test('not in the middle of another upgrade', () => {
  const lock = takeUpgradeLock(directory);
  expect(() => finalize(directory, newer, 2)).toThrow('is being upgraded');
  lock.release();
  expect(state()).toEqual(open);
});

test('nor about an upgrade that came after it was decided', () => {
  expect(() => finalize(directory, newer, 1)).toThrow('another version has taken charge meanwhile');
  expect(state()).toEqual(open);
});
