import { fitLadder, requireFit, requireKnown } from '../../src/ladder/fit-ladder.js';
import { Refusal } from '../../src/refusal.js';
import { ladderOf } from '../schema/ladder-of.js';
import { createChunk, savePage } from '../support/commands.js';
import { openInstallation } from '../support/installation.js';
import { ladder } from '../support/ladder.js';
import { declare, migration } from '../../src/schema/migration.js';

const lower = ladderOf(declare({ title: 'Notes', types: {} }), migration({ title: 'Nothing' }));

function used(...hashes: readonly string[]) {
  const { db } = openInstallation();
  for (const [index, hash] of hashes.entries())
    db.prepare('INSERT INTO rungs VALUES (?, ?)').run(index + 1, hash);
  return db;
}

describe('a ladder does not fit', () => {
  it('when a rung is not the one that the log was written with', () => {
    const db = used('hash-1', 'another');
    expect(() => fitLadder(db, lower)).toThrow(
      'rung 2 is not the one that :memory: was written with: name the directory of its own rungs by --migrations',
    );
  });

  it('when the log knows more rungs: that is a refusal of everything else', () => {
    const refusal = fitLadder(used('hash-1', 'hash-2', 'hash-3'), lower);
    expect(refusal).toMatchObject({ code: 'log-too-new', details: { known: 2, found: 3 } });
    expect(refusal?.message).toContain(
      'schema version 3, this program knows versions up to 2: run the newer release',
    );
    expect(() => {
      requireFit(used('hash-1', 'hash-2', 'hash-3'), lower);
    }).toThrow(Refusal);
    expect(() => {
      requireKnown(3, lower, 'line 7');
    }).toThrow('line 7 holds content of schema version 3');
  });

  it('when both: another ladder is not a newer one', () => {
    expect(() => fitLadder(used('another', 'hash-2', 'hash-3'), lower)).toThrow('rung 1 is not the one');
  });
});

describe('a ladder fits', () => {
  it('a log without content, whatever its rungs are', () => {
    expect(fitLadder(used(), lower)).toBeNull();
  });

  it('a log that used some of its rungs; those above may have changed', () => {
    expect(fitLadder(used('hash-1'), lower)).toBeNull();
    expect(fitLadder(used('hash-1', 'hash-2'), lower)).toBeNull();
  });

  it('the log that was written under it', () => {
    const { accept, db } = openInstallation();
    accept(createChunk('a', { schemaVersion: 2 }));
    accept(savePage('a', 1, { title: 'Changed' }));
    expect(fitLadder(db, ladder)).toBeNull();
    expect(() => fitLadder(db, lower)).toThrow('rung 1 is not the one');
  });
});
