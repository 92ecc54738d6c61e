import { checkLog } from '../../src/log/check-log.js';
import { usedRungs } from '../../src/log/rungs.js';
import { unguarded } from '../cli/tables.js';
import { createChunk, createToken, savePage } from '../support/commands.js';
import { changeSet, openInstallation } from '../support/installation.js';
import { ladder } from '../support/ladder.js';

const rungs = ladder.versions.map(({ version, hash }) => ({ version, hash }));

describe('the rungs of a log', () => {
  it('are none before there is content', () => {
    const { accept, db } = openInstallation();
    accept(createToken('tess'));
    expect(usedRungs(db)).toEqual([]);
  });

  it('are those up to the newest schema version of any event', () => {
    const { accept, db } = openInstallation();
    accept(createChunk('a', { schemaVersion: 3 }));
    expect(usedRungs(db)).toEqual(rungs.slice(0, 3));
    accept(savePage('a', 1, { title: 'Older' }));
    accept(createChunk('b', { schemaVersion: 2 }));
    expect(usedRungs(db)).toEqual(rungs.slice(0, 3));
    accept(createChunk('c', { schemaVersion: 4 }));
    expect(usedRungs(db)).toEqual(rungs.slice(0, 4));
  });

  it('are not those of what was refused, or only tried', () => {
    const { db, execute, submit } = openInstallation();
    submit(createChunk('a', { schemaVersion: 4 }), { dryRun: true });
    execute([
      changeSet(createChunk('a', { schemaVersion: 1 })),
      changeSet([createChunk('b', { schemaVersion: 4 }), createChunk('a', { schemaVersion: 4 })]),
      changeSet(createChunk('c', { schemaVersion: 2 })),
    ]);
    expect(usedRungs(db)).toEqual(rungs.slice(0, 2));
  });

  it('are missed by the check of the log', () => {
    const { accept, db } = openInstallation();
    accept(createChunk('a', { schemaVersion: 2 }));
    expect(checkLog(db, () => undefined)).toEqual([]);
    unguarded(db, () => db.exec('DELETE FROM rungs WHERE version = 2'));
    expect(checkLog(db, () => undefined).map(({ message }) => message)).toEqual([
      'the log holds content up to schema version 2, its rungs are 1',
    ]);
  });
});
