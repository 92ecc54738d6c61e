import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/log/database.js';
import { readHead } from '../../src/log/log.js';
import { discardScratch, replayBeside, swapIn, type Replay } from '../../src/projections/replay/rebuild.js';
import { register, registered, staleProjections } from '../../src/projections/replay/registry.js';
import {
  createChunk,
  createPage,
  createToken,
  deletePage,
  movePage,
  publishPage,
  restorePage,
  savePage,
} from '../support/commands.js';
import { drained } from '../support/drained.js';
import { openInstallation, type Installation } from '../support/installation.js';
import { projections } from '../support/ladder.js';
import { slowProjection } from '../support/slow-projection.js';

let directory: string;
let scratch: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'palimpsest-'));
  scratch = join(directory, 'scratch.sqlite');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function filled(): Installation {
  const installation = openInstallation();
  installation.accept([
    createPage('home'),
    createPage('a', { parent: 'home' }),
    createPage('b'),
    createChunk('c'),
  ]);
  installation.accept([savePage('a', 1, { title: 'new' }), publishPage('a'), restorePage('a', 2, 1)]);
  installation.accept([movePage('home', 1, { parent: 'b' }), createToken('tess')]);
  installation.accept(deletePage('a'));
  return installation;
}

function rowsOf(db: Database): unknown {
  const tables = projections.flatMap((projection) => projection.tables);
  return Object.fromEntries(tables.map(({ name }) => [name, db.prepare(`SELECT * FROM ${name}`).all()]));
}

/** What stands in the schema: the tables of projections with their indexes. */
function schemaOf(db: Database): unknown {
  return db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all();
}

function replay(db: Database): Replay {
  return drained(replayBeside(scratch, db, projections));
}

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

describe('a replay beside the live tables', () => {
  it.each([
    [
      'changed',
      `UPDATE pages SET published_version = 9 WHERE id = 'b'`,
      { projection: 'pages', table: 'pages', key: { number: 3 } },
    ],
    [
      'missing',
      `DELETE FROM versions WHERE page = 2 AND version = 2`,
      { projection: 'versions', table: 'versions', key: { page: 2, version: 2 }, live: null },
    ],
    [
      'too many',
      `INSERT INTO publications VALUES (3, 7, NULL, 1, 7)`,
      {
        projection: 'publications',
        table: 'publications',
        key: { page: 3, from_position: 7 },
        replayed: null,
      },
    ],
  ])('names by table and key a row that is %s', (_, damage, expected) => {
    const { db } = filled();
    const before = replay(db);
    expect(before).toEqual({ position: readHead(db).position, differences: [], wrong: [] });

    db.exec(damage);
    const found = replay(db);
    expect(found.differences).toHaveLength(1);
    expect(found.differences).toMatchObject([expected]);
    expect(names(found.wrong)).toEqual([expected.projection]);

    swapIn(db, scratch, found.wrong, found.position);
    expect(replay(db).differences).toEqual([]);
  });

  it('shows the row as it is and as it should be', () => {
    const { db } = filled();
    const whole = db.prepare(`SELECT * FROM tokens WHERE id = 'tess'`).get() as object;
    db.exec(`UPDATE tokens SET role = 'admin' WHERE id = 'tess'`);
    const found = replay(db);
    expect(found.differences).toMatchObject([{ live: { ...whole, role: 'admin' }, replayed: whole }]);
    swapIn(db, scratch, found.wrong, found.position);
  });

  it('tells at most ten differences of a table', () => {
    const { db, accept } = openInstallation();
    accept(Array.from({ length: 30 }, (_, n) => createChunk(`c${n}`)));
    db.exec('UPDATE versions SET bytes = bytes + 1');
    const found = replay(db);
    expect(found.differences.map(({ key }) => key)).toEqual(
      Array.from({ length: 10 }, (_, n) => ({ page: n + 1, version: 1 })),
    );
    swapIn(db, scratch, found.wrong, found.position);
  });

  it('reports how far it has come, up to the head', () => {
    const { db } = filled();
    const reported: number[] = [];
    drained(replayBeside(scratch, db, projections), (folded) => reported.push(folded));
    expect(reported.at(-1)).toBe(readHead(db).position);
  });

  it('reports on the way, however few events it gets done', () => {
    const { db, accept } = openInstallation();
    accept(Array.from({ length: 20 }, (_, n) => createChunk(`c${n}`)));
    const reported: number[] = [];
    drained(replayBeside(scratch, db, [slowProjection(50)]), (folded) => reported.push(folded));
    expect(reported[0]).toBeLessThan(readHead(db).position);
  });

  it('begins anew over a scratch file that somebody left behind', () => {
    const { db } = filled();
    replay(db);
    expect(replay(db).differences).toEqual([]);
    discardScratch(scratch);
    expect(existsSync(scratch)).toBe(false);
  });
});

describe('a rebuild', () => {
  it('of all projections from nothing gives the same tables, indexes and rows', () => {
    const { db, accept } = filled();
    const [rows, schema] = [rowsOf(db), schemaOf(db)];
    for (const { tables } of projections) for (const { name } of tables) db.exec(`DROP TABLE ${name}`);
    const { position, wrong, differences } = replay(db);
    expect(differences).toEqual([]);
    expect(wrong).toEqual(projections);
    swapIn(db, scratch, wrong, position);
    expect(rowsOf(db)).toEqual(rows);
    expect(schemaOf(db)).toEqual(schema);
    expect(staleProjections(db, projections, position)).toEqual([]);
    accept(createPage('later', { parent: 'home' }));
  });

  it('of each projection alone gives the same rows', () => {
    const { db } = filled();
    const rows = rowsOf(db);
    for (const projection of projections) {
      for (const { name } of projection.tables) db.exec(`DROP TABLE ${name}`);
      const { position, wrong } = replay(db);
      expect(names(wrong)).toEqual([projection.name]);
      swapIn(db, scratch, wrong, position);
      expect(rowsOf(db)).toEqual(rows);
    }
  });

  it('is due when a projection is of another make or not level with the log', () => {
    const { db, position } = filled();
    const [pages, , places] = projections;
    if (!pages || !places) throw new Error('the list of projections is not what it was');
    db.exec(`UPDATE projections SET fingerprint = 'old' WHERE name = 'pages'`);
    register(db, places, position() - 1);
    expect(names(staleProjections(db, projections, position()))).toEqual(['pages', 'places']);
    const { wrong, position: built } = replay(db);
    expect(names(wrong)).toEqual(['pages', 'places']);
    swapIn(db, scratch, wrong, built);
    expect(staleProjections(db, projections, position())).toEqual([]);
  });

  it('folds what was appended between the replay and the swap', () => {
    const { db, accept, position } = filled();
    const { position: built } = replay(db);
    accept([createPage('later', { parent: 'home' }), publishPage('b')]);
    accept([movePage('b', 1, { slug: 'z' }), { kind: 'undelete-page', page: 'a' }]);
    const rows = rowsOf(db);
    db.exec('DELETE FROM places; DELETE FROM moments');
    swapIn(db, scratch, projections, built);
    expect(rowsOf(db)).toEqual(rows);
    expect(new Set(registered(db).map((row) => row.position))).toEqual(new Set([position()]));
  });

  it('that fails leaves the live tables as they were', () => {
    const { db, accept } = filled();
    const rows = rowsOf(db);
    expect(() => {
      swapIn(db, join(directory, 'empty.sqlite'), projections, 0);
    }).toThrow(/no such table/);
    expect(db.inTransaction).toBe(false);
    expect(rowsOf(db)).toEqual(rows);
    accept(createPage('later'));
  });
});
