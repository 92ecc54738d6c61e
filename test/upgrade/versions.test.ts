import { signatureOf } from '../../src/ladder/signature.js';
import { takeCharge } from '../../src/log/installation.js';
import { WrongLadder } from '../../src/ladder/wrong-ladder.js';
import type { Ladder } from '../../src/schema/ladder.js';
import { declare, migration } from '../../src/schema/migration.js';
import { compareVersions, mayReplace } from '../../src/upgrade/versions.js';
import { ladderOf } from '../schema/ladder-of.js';
import { openInstallation } from '../support/installation.js';

const first = declare({ title: 'Notes', types: {} });
const second = migration({ title: 'Nothing' });
const older = ladderOf(first);
const newer = ladderOf(first, second);

/** A database of a program with that ladder, whose log has used rungs with these hashes. */
function database(version: string, ladder: Ladder, ...used: readonly string[]) {
  const { db } = openInstallation();
  takeCharge(db, signatureOf(version, ladder));
  for (const [index, hash] of used.entries()) {
    db.prepare('INSERT INTO rungs VALUES (?, ?)').run(index + 1, hash);
  }
  return db;
}

test.each(['upgrade', 'revert'] as const)(
  'no %s to a ladder that lacks a rung which the log has used',
  (direction) => {
    const version = direction === 'upgrade' ? '1.2.0' : '1.0.0';
    expect(() => mayReplace(direction, version, older, database('1.1.0', newer, 'hash-1', 'hash-2'))).toThrow(
      direction === 'upgrade'
        ? 'holds content of schema version 2, this program knows versions up to 1'
        : "schema version 1 can't show what was saved above it",
    );
  },
);

test.each(['upgrade', 'revert'] as const)('no %s to a ladder whose rungs are others', (direction) => {
  const version = direction === 'upgrade' ? '1.2.0' : '1.0.0';
  const db = database('1.1.0', newer, 'another');
  expect(() => mayReplace(direction, version, newer, db)).toThrow(WrongLadder);
});

test('what a newer program knew and nobody used is no reason to stay with it', () => {
  expect(mayReplace('revert', '1.0.0', older, database('1.1.0', newer))).toBe(true);
  expect(mayReplace('revert', '1.0.0', older, database('1.1.0', newer, 'hash-1'))).toBe(true);
});

test('each direction has its verb, and the same version has nothing to do', () => {
  expect(() => mayReplace('upgrade', '1.0.0', older, database('1.1.0', older))).toThrow('palimpsest revert');
  expect(() => mayReplace('revert', '1.1.0', older, database('1.0.0', older))).toThrow('palimpsest upgrade');
  expect(mayReplace('upgrade', '1.0.0', older, database('1.0.0', older))).toBe(false);
  expect(mayReplace('upgrade', '1.1.0', newer, database('1.0.0', older, 'hash-1'))).toBe(true);
});

test.each([
  ['1.0.0', '1.0.0', 0],
  ['1.9.0', '1.10.0', -1],
  ['2.0.0', '1.99.99', 1],
  ['1.0.0-rc.1', '1.0.0', -1],
  ['1.0.0-rc.10', '1.0.0-rc.9', 1],
])('%s against %s', (one, other, order) => {
  expect(Math.sign(compareVersions(one, other))).toBe(order);
  expect(Math.sign(compareVersions(other, one))).toBe(-order + 0);
});
