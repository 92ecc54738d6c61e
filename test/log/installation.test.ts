import { openDatabase } from '../../src/log/database.js';
import { createInstallation, readInstallation, takeCharge } from '../../src/log/installation.js';
import { executor } from '../../src/writer/execute.js';
import { createPage } from '../support/commands.js';
import { changeSet, openInstallation, program } from '../support/installation.js';
import { ladder } from '../support/ladder.js';

describe('a database is refused', () => {
  it('when it is somebody else’s', () => {
    const db = openDatabase(':memory:');
    db.exec('CREATE TABLE t (n INTEGER)');
    expect(() => readInstallation(db)).toThrow('not a Palimpsest database');
    db.close();
  });

  it('when its format is newer than this program', () => {
    const db = openDatabase(':memory:');
    createInstallation(db, program);
    db.pragma('user_version = 99');
    expect(() => readInstallation(db)).toThrow('run the newer release');
    db.close();
  });

  it('when its installation row is gone', () => {
    const db = openDatabase(':memory:');
    createInstallation(db, program);
    db.exec('DELETE FROM installation');
    expect(() => readInstallation(db)).toThrow('restore a backup');
    expect(() => takeCharge(db, program)).toThrow('restore a backup');
    db.close();
  });
});

describe('an installation', () => {
  it('says what it is', () => {
    const db = openDatabase(':memory:');
    createInstallation(db, { version: '1.2.3', schemaVersion: 4, ladderHash: 'abc' });
    expect(readInstallation(db)).toEqual({
      programVersion: '1.2.3',
      schemaVersion: 4,
      ladderHash: 'abc',
      mode: 'live',
      epoch: 0,
      pid: null,
      pidStarted: null,
      bootId: null,
    });
    db.close();
  });

  it('begins a new epoch whenever somebody takes charge, and says who', () => {
    const { db } = openInstallation();
    const first = readInstallation(db);
    expect(takeCharge(db, { version: '0.0.1', schemaVersion: 2, ladderHash: 'def' })).toBe(first.epoch + 1);
    expect(readInstallation(db)).toMatchObject({
      programVersion: '0.0.1',
      schemaVersion: 2,
      ladderHash: 'def',
      mode: 'live',
      epoch: first.epoch + 1,
      pid: process.pid,
    });
  });
});

describe('whoever is no longer in charge', () => {
  it('can’t append any more, and whoever is goes on without a gap', () => {
    const { db, execute, accept, position } = openInstallation();
    accept(createPage('a'));
    const successor = executor(db, takeCharge(db, program), ladder, () => undefined);
    expect(() => execute([changeSet(createPage('b'))])).toThrow('epoch 1 is over');
    expect(db.inTransaction).toBe(false);
    expect(successor([changeSet(createPage('b'))])).toMatchObject([{ kind: 'accepted', position: 2 }]);
    expect(() => execute([changeSet(createPage('c'))])).toThrow('epoch 1 is over');
    expect(position()).toBe(2);
  });

  it.each(['read-only', 'fenced'])('nor can anybody while the mode is %s', (mode) => {
    const { db, execute, position } = openInstallation();
    db.prepare('UPDATE installation SET mode = ?').run(mode);
    expect(() => execute([changeSet(createPage('a'))])).toThrow();
    expect(position()).toBe(0);
    const successor = executor(db, takeCharge(db, program), ladder, () => undefined);
    expect(successor([changeSet(createPage('a'))])).toMatchObject([{ kind: 'accepted', position: 1 }]);
  });
});
