import { closeSync, cpSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../src/log/database.js';
import { makeServer } from '../support/server.js';
import { createPage, onTop, write } from '../support/pages.js';
import { edit } from './edits.js';
import { ask, run, sentence, temporaryDirectory } from './run.js';
import { inDatabase, tables, unguarded, type Row } from './tables.js';

interface Findings {
  readonly sound: boolean;
  readonly position: number;
  readonly file: readonly string[];
  readonly log: readonly { position: number | null; message: string }[];
  readonly stale: readonly string[];
  readonly rows: readonly { table: string; key: Row; live: Row | null; replayed: Row | null }[];
}

const server = makeServer();
let last: number;
let page: string;
let ofTwo: { readonly id: string; readonly seenByOlder: string };
beforeAll(async () => {
  await server.start();
  const edited = await edit(server);
  ({ page } = edited);
  for (const slug of ['manuals', 'guides']) {
    await write(server, 'POST', `/pages/${edited.folder}/move`, { headers: onTop(1), body: { slug } });
  }
  ofTwo = await editByTwo();
  last = await server.position();
  await server.stop();
});
afterAll(() => server.remove());

/** A list without ids in what an older client saves, and a block that goes away which that client never saw. */
async function editByTwo(): Promise<typeof ofTwo> {
  const video = { _id: 'v', _type: 'video', url: 'https://example.org/v' };
  const { id } = await createPage(server, {
    type: 'page',
    content: { title: 'Of two', notes: ['one', 'two'], blocks: [video] },
  });
  const old = { 'schema-version': '1' };
  const seen = await server.request('GET', `/pages/${id}/content`, { headers: old });
  const body = { ...(JSON.parse(seen.text) as object), title: 'By the older' };
  await write(server, 'PUT', `/pages/${id}/content`, { headers: { ...old, 'if-match': '"v1"' }, body });
  const without = { title: 'By the newer', notes: ['one', 'two'], blocks: [] };
  await write(server, 'PUT', `/pages/${id}/content`, { headers: onTop(2), body: without });
  return { id, seenByOlder: seen.text };
}

/** A copy of the installation, tampered with. */
function tampered(tamper: (db: Database) => void): string {
  const data = temporaryDirectory();
  cpSync(server.directory, data, { recursive: true });
  inDatabase(data, tamper);
  return data;
}

async function verify(data: string): Promise<Findings> {
  const { code, stdout, stderr } = await run('verify', '--data', data, '--json');
  expect({ code, stderr }).toEqual({ code: 65, stderr: '' });
  return JSON.parse(stdout) as Findings;
}

async function faultsAfter(sql: string): Promise<Findings['log']> {
  const data = tampered((db) => {
    unguarded(db, () => db.exec(sql));
  });
  const { sound, log, rows } = await verify(data);
  expect({ sound, rows }).toEqual({ sound: false, rows: [] });
  return log;
}

const flipped = (column: string, position: number) =>
  `UPDATE events SET ${column} = replace(${column}, 'ello', 'elmo') WHERE position = ${position} AND ${column} LIKE '%ello%'`;

describe('a log that was tampered with', () => {
  test('one byte of a content', async () => {
    expect(await faultsAfter(flipped('content', 3))).toEqual([
      { position: 3, message: 'the payload at position 3 is not what was written' },
    ]);
  });

  test('one byte of the facts', async () => {
    expect(
      await faultsAfter(`UPDATE events SET data = replace(data, 'gone', 'done') WHERE position = 4`),
    ).toEqual([{ position: 4, message: 'the payload at position 4 is not what was written' }]);
  });

  test('facts that are no JSON any more', async () => {
    expect(await faultsAfter(`UPDATE events SET data = substr(data, 2) WHERE position = 4`)).toMatchObject([
      { position: 4, message: expect.stringContaining('position 4') as string },
    ]);
  });

  test('a payload with its hash', async () => {
    expect(await faultsAfter(`UPDATE events SET payload_hash = zeroblob(32) WHERE position = 4`)).toEqual([
      { position: 4, message: 'the payload at position 4 is not what was written' },
      { position: 4, message: 'the chain breaks at position 4' },
    ]);
  });

  test.each([
    ['type', `type = 'PageUndeleted'`],
    ['schema version', 'schema_version = 2'],
    ['hash', 'hash = zeroblob(32)'],
  ])('the %s of an event', async (_column, change) => {
    const faults = await faultsAfter(`UPDATE events SET ${change} WHERE position = 4`);
    expect(faults[0]).toEqual({ position: 4, message: 'the chain breaks at position 4' });
  });

  const broken = 'the chain breaks at position 7';
  const said = 'comment, source or author of the change set at position 7 is not what was written';

  test.each<[string, string, unknown]>([
    ['comment', `comment = 'Said otherwise' WHERE comment = 'Said why'`, said],
    ['time', `at = '2020-01-01T00:00:00.000Z' WHERE comment = 'Said why'`, broken],
    ['author', `by = replace(by, 'ADMIN', 'Nobody') WHERE comment = 'Said why'`, said],
    ['author’s id', `by = json_set(by, '$.id', 'other') WHERE comment = 'Said why'`, broken],
    ['salt', `salt = zeroblob(16) WHERE comment = 'Said why'`, said],
    ['salt, which is gone', `salt = NULL WHERE comment = 'Said why'`, expect.stringContaining('are gone')],
    ['hash of what was said', `context_hash = zeroblob(32) WHERE comment = 'Said why'`, said],
    ['id', `id = replace(id, '-', '0') WHERE comment = 'Said why'`, broken],
  ])('the %s of a change set', async (_column, change, message) => {
    const faults = await faultsAfter(`UPDATE changesets SET ${change}`);
    expect(faults[0]).toEqual({ position: 7, message });
  });

  test('where a change set ends', async () => {
    expect(
      await faultsAfter(`UPDATE changesets SET last_position = 99 WHERE first_position = ${last}`),
    ).toEqual([{ position: last, message: expect.stringContaining(`from position ${last}`) as string }]);
  });

  test('an event that is gone', async () => {
    expect((await faultsAfter('DELETE FROM events WHERE position = 4'))[0]).toEqual({
      position: 4,
      message: 'position 4 is missing',
    });
  });

  test('the last event gone', async () => {
    expect(await faultsAfter(`DELETE FROM events WHERE position = ${last}`)).toContainEqual({
      position: last,
      message: expect.stringContaining(`${last} to ${last} are missing`) as string,
    });
  });

  test('a change set that is gone', async () => {
    const faults = await faultsAfter('DELETE FROM changesets WHERE first_position = 4');
    expect(faults).toContainEqual({ position: 4, message: 'position 4 is missing' });
  });

  test('two events that changed places', async () => {
    const faults = await faultsAfter(`UPDATE events SET position = -4 WHERE position = 4;
      UPDATE events SET position = 4 WHERE position = 5;
      UPDATE events SET position = 5 WHERE position = -4`);
    expect(faults[0]).toEqual({ position: 4, message: 'the chain breaks at position 4' });
  });

  test.each([
    ['position', 'position = position + 3', (end: number) => end + 1],
    ['older position', 'position = position - 1', (end: number) => end - 1],
    ['hash', 'hash = zeroblob(32)', (end: number) => end],
  ])('the %s of the head', async (_column, change, where) => {
    expect(await faultsAfter(`UPDATE head SET ${change}`)).toMatchObject([{ position: where(last) }]);
  });

  test('a trigger that is gone', async () => {
    const data = tampered((db) => db.exec('DROP TRIGGER events_refuse_update'));
    expect((await verify(data)).log).toEqual([
      { position: null, message: 'the trigger events_refuse_update is gone: somebody could change the log' },
    ]);
  });

  test('a trigger that does nothing any more, one that does more, and a view', async () => {
    const data = tampered((db) => {
      db.exec('DROP TRIGGER events_refuse_update');
      db.exec('CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events BEGIN SELECT 1; END');
      db.exec('CREATE TRIGGER more AFTER INSERT ON events BEGIN SELECT 1; END');
      db.exec('CREATE VIEW shown AS SELECT 1');
    });
    expect((await verify(data)).log.map(({ message }) => message)).toEqual([
      'the trigger events_refuse_update is not the one that guards the log',
      "more is a trigger or view of somebody else's",
      "shown is a trigger or view of somebody else's",
    ]);
  });

  test('tables and indexes that are not as they are made, are gone, or are somebody else’s', async () => {
    const data = tampered((db) => {
      db.exec('DROP INDEX events_by_stream; CREATE INDEX events_by_stream ON events (type)');
      db.exec('DROP INDEX versions_by_page; CREATE TABLE more (a)');
      db.exec('ALTER TABLE schema_sunsets ADD COLUMN more TEXT');
    });
    expect((await verify(data)).log.map(({ message }) => message.split(':')[0])).toEqual([
      'the index events_by_stream is not as this version makes it',
      'the index versions_by_page is gone',
      'the table schema_sunsets is not as this version makes it',
      "the table more is somebody else's",
    ]);
  });

  test.each([
    ['no JSON', '{'],
    ['no outcome', '{}'],
    ['a position that was never reached', JSON.stringify({ kind: 'accepted', position: 999, results: [] })],
    ['a result of no kind', JSON.stringify({ kind: 'accepted', position: 1, results: [{}] })],
    [
      'a page whose content is nowhere',
      JSON.stringify({
        kind: 'accepted',
        position: 1,
        results: [{ kind: 'page', page: { view: { contentPosition: 999 } } }],
      }),
    ],
  ])('what a client was told: %s', async (_what, outcome) => {
    const data = tampered((db) => {
      db.prepare(
        `INSERT INTO ledger (number, token, key, digest, outcome) VALUES (999, 't', 'k', zeroblob(32), ?)`,
      ).run(outcome);
    });
    expect((await verify(data)).log).toEqual([
      { position: null, message: expect.stringContaining('row 999 of the ledger is not what') as string },
    ]);
  });

  test('what an older release would show', async () => {
    const data = tampered((db) => {
      const add = db.prepare('INSERT INTO older_views (position, schema_version, content) VALUES (?, ?, ?)');
      const saved = db.prepare(`SELECT position FROM events WHERE type = 'PageSaved' AND schema_version > 1`);
      const position = saved.pluck().get();
      add.run(999, 1, '{}');
      add.run(position, 1, '[]');
      add.run(position, 50, '{}');
    });
    expect((await verify(data)).log.map(({ message }) => message)).toEqual(
      Array(3).fill(expect.stringContaining('belongs to nothing, or is no document')),
    );
  });

  test('what an older release would show, of a version that is there', async () => {
    const data = tampered((db) => {
      const add = db.prepare('INSERT INTO older_views (position, schema_version, content) VALUES (?, ?, ?)');
      const created = db
        .prepare<[string], number>(
          'SELECT position FROM versions JOIN pages ON number = page WHERE id = ? AND version = 1',
        )
        .pluck()
        .get(ofTwo.id);
      add.run(created, 1, ofTwo.seenByOlder);
      add.run(created, 2, '{"title":"Of two"}');
    });
    const { log } = await verify(data);
    expect(log).toEqual([
      {
        position: expect.any(Number) as number,
        message: expect.stringContaining(
          "at schema version 2 is not what was saved: don't go back to it",
        ) as string,
      },
    ]);
  });

  test('is told in sentences too', async () => {
    const data = tampered((db) => {
      unguarded(db, () => db.exec(flipped('content', 3)));
    });
    expect(await run('verify', '--data', data)).toEqual({
      code: 65,
      stdout: 'the payload at position 3 is not what was written\n',
      stderr: '',
    });
  });
});

describe('a file that is damaged', () => {
  /** Zeros in the first row of a table or index, or in all of its first page. */
  const wiped = (name: string, what: 'row' | 'page' = 'row'): string => {
    let offset = 0;
    let length = 0;
    const data = tampered((db) => {
      length = db.pragma('page_size', { simple: true }) as number;
      const root = db
        .prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
        .pluck()
        .get(name);
      offset = ((root ?? 0) - 1) * length;
    });
    const bytes = what === 'row' ? 2 : length;
    const file = openSync(join(data, 'db.sqlite'), 'r+');
    writeSync(file, Buffer.alloc(bytes), 0, bytes, offset + length - bytes);
    closeSync(file);
    return data;
  };

  test.each(['versions_by_page', 'events_by_stream'])('in the index %s', async (name) => {
    const found = await verify(wiped(name));
    expect(found).toMatchObject({ sound: false, position: last, log: [], stale: [], rows: [] });
    expect(found.file.join()).toContain(`missing from index ${name}`);
  });

  test('in the events: other verbs say so, too', async () => {
    const data = wiped('events', 'page');
    expect((await verify(data)).file.length).toBeGreaterThan(0);
    expect((await run('verify', '--data', data)).stdout).toContain('keep it, and restore a backup');
    expect(await run('export', 'jsonl', '--data', data)).toEqual({
      code: 65,
      stdout: expect.any(String) as string,
      stderr: sentence('the database file is damaged'),
    });
  });
});

describe('a projection that was tampered with', () => {
  const changes: Readonly<Record<string, readonly [column: string, value: string]>> = {
    pages: ['type', `'other'`],
    versions: ['bytes', 'bytes + 1'],
    places: ['rank', `'zz'`],
    publications: ['version', 'version + 1'],
    protections: ['to_position', '1000'],
    labels: ['version', 'version + 1'],
    listings: ['title', `'other'`],
    appearances: ['is_open', '1 - is_open'],
    moments: ['position', 'position - 1'],
    tree: ['position', 'position - 1'],
    items: ['tokens', `'[]'`],
    last_seen: ['version', 'version + 1'],
    tokens: ['role', `'render'`],
    grants: ['role', `'render'`],
    people: ['subject', `'other'`],
    files: ['sha256', `'other'`],
    views: ['content', `'{}'`],
    schema_minimum: ['minimum', 'minimum + 1'],
    schema_sunsets: ['at', `'2098-01-01T00:00:00.000Z'`],
  };

  /** Those that have rows here: no type of the rungs that come with the program refers to anything. */
  const filled = tables.filter(({ table }) => table !== 'page_references');

  /** The row with the highest key. */
  const lastRow = (db: Database, table: string, key: readonly string[]): Row =>
    db.prepare<[], Row>(`SELECT * FROM ${table} ORDER BY ${key.join(' DESC, ')} DESC`).get() ?? {};
  const pick = (row: Row, columns: readonly string[]): Row =>
    Object.fromEntries(columns.map((column) => [column, row[column]]));

  const here = (key: readonly string[]): string => key.map((name) => `${name} IS $${name}`).join(' AND ');

  test('rows that were changed, one in each table', async () => {
    const wanted: unknown[] = [];
    const sentences: string[] = [];
    const data = tampered((db) => {
      for (const { projection, table, key } of filled) {
        if (table === 'families') continue; // nothing but its key
        const [column, value] = changes[table] ?? ['', ''];
        const at = pick(lastRow(db, table, key), key);
        db.prepare(`UPDATE ${table} SET ${column} = ${value} WHERE ${here(key)}`).run(at);
        wanted.push({ projection, table, key: at, live: {}, replayed: {} });
        const named = Object.entries(at).map(([name, is]) => `${name} = ${String(is)}`);
        sentences.push(
          `table ${table}, row ${named.join(', ')} differs in ${column}: run \`palimpsest rebuild ${projection}\`\n`,
        );
      }
    });
    expect((await verify(data)).rows).toMatchObject(wanted);
    expect((await run('verify', '--data', data)).stdout).toBe(sentences.join(''));
  });

  test('rows that are gone, one from each table', async () => {
    const wanted: unknown[] = [];
    const data = tampered((db) => {
      for (const { table, key } of filled) {
        const at = pick(lastRow(db, table, key), key);
        db.prepare(`DELETE FROM ${table} WHERE ${here(key)}`).run(at);
        wanted.push({ table, key: at, live: null, replayed: {} });
      }
    });
    expect((await verify(data)).rows).toMatchObject(wanted);
  });

  test('rows too many, one in each table', async () => {
    const wanted: unknown[] = [];
    const data = tampered((db) => {
      for (const { table, key } of tables) {
        if (key.includes('one')) continue; // has one row, and can't have more
        const row = lastRow(db, table, key);
        const end = key.at(-1) ?? '';
        const added: Row = {
          ...row,
          [end]: typeof row[end] === 'number' ? row[end] + 1000 : '9999',
          ...(table === 'publications' && { to_position: row.from_position }), // one is open, at most
          ...(table === 'page_references' && { page: 1, in_latest: 1, in_published: 0 }),
          ...(table === 'versions' && { position: Number(row.position) + 1000 }),
          ...('id' in row && { id: 'another' }),
        };
        const columns = Object.keys(added);
        const values = columns.map((name) => `$${name}`);
        db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values.join(', ')})`).run(added);
        wanted.push({ table, key: pick(added, key), live: {}, replayed: null });
      }
    });
    expect((await verify(data)).rows).toMatchObject(wanted);
  });

  test('a table that is gone', async () => {
    const data = tampered((db) => db.exec('DROP TABLE versions'));
    expect(await verify(data)).toMatchObject({ log: [], stale: ['versions'], rows: [] });
  });
});

test('a directory without a database is told apart from a sound one', async () => {
  const data = temporaryDirectory();
  expect(await run('verify', '--data', data)).toEqual({
    code: 65,
    stdout: '',
    stderr: sentence('there is no database in'),
  });
});

test('what nobody touched is sound', async () => {
  expect(page).toMatch(/^[0-9a-f-]{36}$/);
  expect(await ask<Findings>('verify', '--data', server.directory)).toEqual({
    sound: true,
    position: last,
    file: [],
    log: [],
    stale: [],
    rows: [],
    assets: { files: 1, bytes: 3, faults: [], leftovers: { files: 0, bytes: 0 } },
  });
  expect((await run('verify', '--data', server.directory)).stdout).toBe(
    `${last} positions, the chain and all projections are whole\n1 files of assets, 3 bytes, are whole\n`,
  );
});

test('a server that is running is left alone', async () => {
  await server.start();
  expect(await ask<Findings>('verify', '--data', server.directory)).toMatchObject({ sound: true });
  expect((await server.request('GET', `/pages/${page}`)).status).toBe(200);
  await server.stop();
});
