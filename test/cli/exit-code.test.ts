import { exitCodeOf, sentenceOf } from '../../src/installation/exit-code.js';
import { openDatabase } from '../../src/log/database.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const withCode = (code: string): Error => Object.assign(new Error('not this one'), { code });

test.each(['EACCES', 'EPERM', 'SQLITE_CANTOPEN'])('%s: another user may', (code) => {
  expect(exitCodeOf(withCode(code))).toBe(77);
  expect(sentenceOf(withCode(code))).toBe(
    'not this one: run this as the user that the data directory belongs to, who has to have the right to write there',
  );
});

test('EROFS: nobody may, here', () => {
  expect(exitCodeOf(withCode('EROFS'))).toBe(77);
  expect(sentenceOf(withCode('EROFS'))).toBe(
    'not this one: this changes the data directory, which has to be where it can be written to',
  );
});

test('a database that may not be written', () => {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-exit-'));
  const db = openDatabase(join(directory, 'db.sqlite'));
  db.pragma('query_only = ON');
  let thrown: unknown;
  try {
    db.exec('CREATE TABLE t (a)');
  } catch (error) {
    thrown = error;
  }
  db.close();
  rmSync(directory, { recursive: true });
  expect(exitCodeOf(thrown)).toBe(77);
});

test('what nobody foresaw has no code of its own', () => {
  expect(exitCodeOf(withCode('ESOMETHING'))).toBeUndefined();
});
