import { hash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/log/database.js';
import { copyIntoFile, noteFile } from '../../src/log/file-note.js';
import { readInstallation, takeCharge } from '../../src/log/installation.js';
import { readHead } from '../../src/log/log.js';
import { misfitOf, type WalFiles } from '../../src/log/wal-fit.js';
import { append, pageCreated } from '../support/append.js';
import { openInstallation, program, type Installation } from '../support/installation.js';

const root = mkdtempSync(join(tmpdir(), 'palimpsest-wal-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

let names = 0;

function newFile(): string {
  return join(root, `${++names}.sqlite`);
}

/** A file and a write-ahead log side by side, as a killed process may have left them, or an operator. */
function beside(database: string, wal: string): WalFiles {
  const file = newFile();
  copyFileSync(database, file);
  copyFileSync(wal, `${file}-wal`);
  return { database: file, alone: newFile() };
}

/** What a process that is killed now leaves behind. */
function killed({ db }: Installation): WalFiles {
  return beside(db.name, `${db.name}-wal`);
}

let pages = 0;

function appendSome(installation: Installation, count = 1): void {
  for (let n = 0; n < count; n++) {
    const id = `${String(++pages).padStart(8, '0')}-0000-4000-8000-000000000000`;
    append(installation, [pageCreated(id, null)]);
  }
}

/** A reign that its file tells of by itself. */
function reign(installation: Installation): void {
  takeCharge(installation.db, program);
  checkpoint(installation);
}

/** All of the log is in the file, and the next commit begins the log anew. */
function checkpoint({ db }: Installation, isNoted = true): void {
  expect(copyIntoFile(db)).toBe(true);
  if (isNoted) noteFile(db, readInstallation(db).epoch);
}

/** The newest committed text of each page in a write-ahead log (sqlite.org/fileformat.html#the_write_ahead_log). */
function pagesIn(wal: Buffer): { pageBytes: number; texts: Map<number, Buffer> } {
  const pageBytes = wal.readUInt32BE(8);
  const salts = wal.subarray(16, 24);
  const texts = new Map<number, Buffer>();
  let open: [number, Buffer][] = [];
  for (let at = 32; at + 24 + pageBytes <= wal.length; at += 24 + pageBytes) {
    if (!wal.subarray(at + 8, at + 16).equals(salts)) break;
    open.push([wal.readUInt32BE(at), wal.subarray(at + 24, at + 24 + pageBytes)]);
    if (wal.readUInt32BE(at + 4) === 0) continue;
    for (const [page, text] of open) texts.set(page, text);
    open = [];
  }
  return { pageBytes, texts };
}

/** A checkpoint that was killed: some of the pages are in the file, and nobody knows which. */
function tornCheckpoint({ database, alone }: WalFiles): WalFiles {
  const { pageBytes, texts } = pagesIn(readFileSync(`${database}-wal`));
  const old = readFileSync(database);
  const file = Buffer.alloc(Math.max(old.length, Math.max(0, ...texts.keys()) * pageBytes));
  old.copy(file);
  for (const [page, text] of texts) if (Math.random() < 0.5) text.copy(file, (page - 1) * pageBytes);
  writeFileSync(database, file);
  return { database, alone };
}

test('whatever a kill leaves behind fits, a checkpoint that was killed too', () => {
  const installation = openInstallation(newFile());
  installation.db.pragma('wal_autocheckpoint = 40');
  for (let round = 0; round < 60; round++) {
    if (round % 20 === 0) takeCharge(installation.db, program);
    if (round % 20 === 10) reign(installation);
    appendSome(installation, Math.ceil(Math.random() * 4));
    if (Math.random() < 0.3) checkpoint(installation, Math.random() < 0.5);
    const left = killed(installation);
    expect(misfitOf(left, { isThorough: true })).toBeUndefined();
    expect(misfitOf(left, { known: readHead(installation.db) })).toBeUndefined();
    expect(misfitOf(tornCheckpoint(left), { isThorough: true })).toBeUndefined();
  }
});

test('a look changes nothing, and leaves nothing behind', () => {
  const installation = openInstallation(newFile());
  reign(installation);
  appendSome(installation, 5);
  const { database, alone } = killed(installation);
  const digests = () => ['', '-wal'].map((suffix) => hash('sha256', readFileSync(database + suffix)));
  const before = digests();
  expect(misfitOf({ database, alone })).toBeUndefined();
  expect(digests()).toEqual(before);
  for (const suffix of ['', '-wal', '-shm']) expect(existsSync(alone + suffix)).toBe(false);
});

describe('a log does not fit', () => {
  test('a copy from before its reign', () => {
    const installation = openInstallation(newFile());
    reign(installation);
    appendSome(installation, 3);
    checkpoint(installation);
    const copy = newFile();
    copyFileSync(installation.db.name, copy);
    reign(installation);
    appendSome(installation);
    expect(misfitOf(beside(copy, `${installation.db.name}-wal`))).toMatch('epoch');
  });

  test.each([
    [
      'as a file',
      ({ db }: Installation, to: string): void => {
        copyFileSync(db.name, to);
      },
    ],
    [
      'made anew',
      ({ db }: Installation, to: string): void => {
        db.prepare('VACUUM INTO ?').run(to);
      },
    ],
  ])('a copy of its reign, %s, from before it began anew', (_how, copyTo) => {
    const installation = openInstallation(newFile());
    reign(installation);
    appendSome(installation, 3);
    checkpoint(installation);
    const copy = newFile();
    copyTo(installation, copy);
    appendSome(installation, 3);
    checkpoint(installation);
    appendSome(installation);
    expect(misfitOf(beside(copy, `${installation.db.name}-wal`), { isThorough: true })).toBeDefined();
  });

  test('a copy whose pages are in another order', () => {
    const installation = openInstallation(newFile());
    reign(installation);
    appendSome(installation, 40);
    installation.db.exec('DROP TABLE older_views'); // its page is free for another
    installation.db.exec('CREATE TABLE other (a); CREATE TABLE another (a)');
    appendSome(installation, 40);
    checkpoint(installation);
    appendSome(installation);
    const copy = newFile();
    installation.db.prepare('VACUUM INTO ?').run(copy);
    appendSome(installation, 40);
    expect(misfitOf(beside(copy, `${installation.db.name}-wal`), { isThorough: true })).toBeDefined();
  });

  test('a copy that is newer', () => {
    const installation = openInstallation(newFile());
    reign(installation);
    appendSome(installation, 3);
    const { database: older } = killed(installation);
    appendSome(installation, 3);
    const copy = newFile();
    installation.db.prepare('VACUUM INTO ?').run(copy);
    expect(misfitOf(beside(copy, `${older}-wal`))).toBeDefined();
  });

  test('another installation', () => {
    const [one, other] = [openInstallation(newFile()), openInstallation(newFile())];
    for (const installation of [one, other]) {
      reign(installation);
      appendSome(installation, 3);
      checkpoint(installation);
      appendSome(installation);
    }
    expect(misfitOf(beside(other.db.name, `${one.db.name}-wal`))).toBeDefined();
  });

  test('an empty file, or none', () => {
    const installation = openInstallation(newFile());
    appendSome(installation);
    const { database, alone } = killed(installation);
    writeFileSync(database, '');
    expect(misfitOf({ database, alone })).toMatch('missing or empty');
    rmSync(database);
    expect(misfitOf({ database, alone })).toMatch('missing or empty');
    expect(existsSync(`${database}-wal`)).toBe(true);
  });

  test('a file that it is known to have more than', () => {
    const installation = openInstallation(newFile());
    appendSome(installation, 2);
    checkpoint(installation);
    const left = killed(installation);
    appendSome(installation);
    expect(misfitOf(left)).toBeUndefined();
    expect(misfitOf(left, { known: readHead(installation.db) })).toMatch('position 3');
  });
});

test('nobody who reads is waited for', () => {
  const installation = openInstallation(newFile());
  appendSome(installation);
  const reader = openDatabase(installation.db.name, 'read');
  reader.exec('BEGIN; SELECT * FROM head');
  appendSome(installation);
  expect(copyIntoFile(installation.db)).toBe(false);
  reader.close();
  expect(copyIntoFile(installation.db)).toBe(true);
});
