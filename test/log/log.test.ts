import { randomSalts } from '../../src/log/salts.js';
import type { Database } from '../../src/log/database.js';
import type { NewEvent } from '../../src/events/event.js';
import { Log } from '../../src/log/log.js';
import { readLog } from '../../src/log/read-log.js';
import { appendOnly } from '../../src/log/log-tables.js';
import { createChunk, createPage, deletePage, savePage } from '../support/commands.js';
import { changeSet, openInstallation, type Installation } from '../support/installation.js';

function filled(): Installation {
  const installation = openInstallation();
  const idempotency = { token: 't', key: 'k', digest: 'aa' };
  installation.accept([createPage('home'), createPage('a', { parent: 'home' })], { idempotency });
  installation.accept(savePage('a', 1, { title: 'new' }));
  installation.accept([deletePage('a'), deletePage('home')]);
  return installation;
}

/** Does something that no program of ours would, and takes it back. */
function spoil(db: Database, damage: string, look: () => void): void {
  db.exec(
    `SAVEPOINT whole; DROP TRIGGER events_refuse_delete; DROP TRIGGER changesets_refuse_delete; ${damage}`,
  );
  try {
    look();
  } finally {
    db.exec('ROLLBACK TO whole; RELEASE whole');
  }
}

describe('the log refuses', () => {
  it.each(appendOnly)('to change or to forget a row of %s', (table) => {
    const { db } = filled();
    const rows = db.prepare(`SELECT * FROM ${table}`).all();
    expect(rows).not.toEqual([]);
    const columns = Object.keys(rows[0] as object);
    for (const column of columns) {
      expect(() => db.exec(`UPDATE ${table} SET ${column} = ${column}`)).toThrow(/never changed/);
    }
    expect(() => db.exec(`DELETE FROM ${table}`)).toThrow(/never changed/);
    expect(db.prepare(`SELECT * FROM ${table}`).all()).toEqual(rows);
  });

  it.each([0, 2])('an event on a stream that does not stand at version %d', (expectedVersion) => {
    const { db } = filled();
    const log = new Log(db, 1, () => '');
    const stream = expectedVersion === 0 ? 'home' : 'nowhere';
    const event: NewEvent = { type: 'PageUnpublished', data: {}, stream, expectedVersion };
    expect(() => log.openChangeSet(changeSet([]), randomSalts).append([event])).toThrow();
    expect(readPositions(db)).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    ['in the middle', 3],
    ['at the end', 5],
  ])('to be read where a position is missing %s', (_, position) => {
    const { db } = filled();
    spoil(db, `DELETE FROM events WHERE position = ${position}`, () => {
      expect(() => [...readLog(db, 0, 5)]).toThrow(`the log misses position ${position}`);
    });
  });

  it('to be read where a change set is missing', () => {
    const { db } = filled();
    spoil(db, 'DELETE FROM changesets WHERE first_position = 1', () => {
      expect(() => [...readLog(db)]).toThrow('the log misses position 1');
    });
  });
});

describe('the log', () => {
  it('counts positions 1, 2, 3 … without gaps, through refusals, dry runs and batches', () => {
    const installation = filled();
    installation.submit([createPage('x'), createPage('home')]);
    installation.submit(createPage('y'), { dryRun: true });
    installation.execute([
      changeSet(createPage('z')),
      changeSet(createPage('z')),
      changeSet([createChunk('c'), createChunk('d')]),
    ]);
    expect(readPositions(installation.db)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(installation.position()).toBe(8);
  });

  it('counts the versions of each stream without gaps', () => {
    const installation = filled();
    expect(installation.eventsAfter(0).map(({ stream, streamVersion }) => [stream, streamVersion])).toEqual([
      ['home', 1],
      ['a', 1],
      ['a', 2],
      ['a', 3],
      ['home', 2],
    ]);
  });

  it('gives back what was appended', () => {
    const installation = openInstallation();
    const text = '{ "title": "caf\\u00e9 \\u0000 \u{1f389}" }';
    const source = { kind: 'git', commit: 'abc' };
    const whole = changeSet(createChunk('a', { document: { text, refusal: null } }), {
      comment: 'näive',
      source,
    });
    installation.execute([whole]);
    const { id, at, by, comment } = whole;
    expect(installation.eventsAfter(0)).toMatchObject([
      {
        position: 1,
        firstPosition: 1,
        stream: 'a',
        streamVersion: 1,
        type: 'PageCreated',
        schemaVersion: 1,
        data: { pageType: 'document', place: null },
        content: text,
        changeset: { id, at, by, comment, source },
      },
    ]);
  });

  it('is read in pages, from any position up to any other', () => {
    const installation = openInstallation();
    installation.accept(createChunk('a'));
    installation.accept(
      Array.from({ length: 2500 }, (_, n) => savePage('a', n + 1, { title: `version ${n + 2}` })),
    );
    expect(readPositions(installation.db)).toEqual(Array.from({ length: 2501 }, (_, n) => n + 1));
    expect([...readLog(installation.db, 999, 1003)].map(({ position }) => position)).toEqual([
      1000, 1001, 1002, 1003,
    ]);
    expect([...readLog(installation.db, 2501)]).toEqual([]);
    expect([...readLog(installation.db, 7, 7)]).toEqual([]);
  });
});

function readPositions(db: Database): readonly number[] {
  return [...readLog(db)].map(({ position }) => position);
}
