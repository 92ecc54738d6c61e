import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, openLockFile, type Database } from '../../src/log/database.js';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'palimpsest-'));
  file = join(directory, 'db.sqlite');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function pragma(db: Database, name: string): unknown {
  return db.pragma(name, { simple: true });
}

describe('a connection', () => {
  // The driver is compiled with SQLITE_DEFAULT_WAL_SYNCHRONOUS=1, so NORMAL is what WAL gives by itself.
  it.each(['write', 'read'] as const)('to %s syncs each commit, in WAL', (use) => {
    openDatabase(file).close();
    const db = openDatabase(file, use);
    expect(pragma(db, 'synchronous')).toBe(2);
    expect(pragma(db, 'journal_mode')).toBe('wal');
    db.close();
  });

  it('still syncs each commit after the first write', () => {
    const db = openDatabase(file);
    db.exec('CREATE TABLE t (n INTEGER)');
    db.transaction(() => db.exec('INSERT INTO t VALUES (1)'))();
    expect(pragma(db, 'synchronous')).toBe(2);
    db.close();
  });

  it('to read refuses to write, and refuses a file that is not there', () => {
    expect(() => openDatabase(file, 'read')).toThrow(/unable to open|directory does not exist/i);
    openDatabase(file).close();
    const db = openDatabase(file, 'read');
    expect(() => db.exec('CREATE TABLE t (n INTEGER)')).toThrow(/readonly/);
    db.close();
  });

  it('to a lock file makes no write-ahead log', () => {
    const db = openLockFile(file);
    expect(pragma(db, 'journal_mode')).toBe('delete');
    db.close();
  });
});
