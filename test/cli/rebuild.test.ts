import { registered } from '../../src/projections/replay/registry.js';
import { projections } from '../support/ladder.js';
import { save, createPage } from '../support/pages.js';
import { makeServer } from '../support/server.js';
import { edit } from './edits.js';
import { ask, run, sentence, succeed } from './run.js';
import { dumpProjections, inDatabase, tables } from './tables.js';

interface Rebuilt {
  readonly position: number;
  readonly projections: readonly string[];
  readonly swapped: readonly string[];
}

const server = makeServer();
const data = server.directory;
const names = projections.map(({ name }) => name);
const registeredIn = (directory: string) =>
  inDatabase(directory, (db) => registered(db).map(({ name }) => name));
let page: string;
let position: number;
beforeAll(async () => {
  await server.start();
  ({ page } = await edit(server));
  position = await server.position();
  await server.stop();
});
afterAll(() => server.remove());
afterEach(() => server.stop());

test('a projection that does not exist is refused', async () => {
  expect(await run('rebuild', 'pages', 'nothing', '--data', data)).toEqual({
    code: 64,
    stdout: '',
    stderr: sentence(`there is no projection "nothing": choose from ${names.join(', ')}`),
  });
});

describe('while nobody serves', () => {
  test('what is right is left alone', async () => {
    const before = dumpProjections(data);
    expect(await ask<Rebuilt>('rebuild', '--data', data)).toEqual({
      position,
      projections: names,
      swapped: [],
    });
    expect(dumpProjections(data)).toEqual(before);
    expect(await succeed('rebuild', 'pages', '--data', data)).toBe(
      `1 projections rebuilt up to position ${position}: identical to the live ones\n`,
    );
  });

  test('tables that are gone come back as they were', async () => {
    const before = dumpProjections(data);
    inDatabase(data, (db) => {
      for (const { table } of tables) db.exec(`DROP TABLE ${table}`);
    });
    const { swapped } = await ask<Rebuilt>('rebuild', '--data', data);
    expect(swapped).toEqual(names);
    expect(dumpProjections(data)).toEqual(before);
    await succeed('verify', '--data', data);
  });

  test('a row that was changed is put right', async () => {
    const before = dumpProjections(data);
    inDatabase(data, (db) => db.exec('UPDATE versions SET bytes = 0; DELETE FROM moments'));
    expect((await ask<Rebuilt>('rebuild', 'versions', '--data', data)).swapped).toEqual(['versions']);
    expect((await ask<Rebuilt>('rebuild', '--data', data)).swapped).toEqual(['moments']);
    expect(dumpProjections(data)).toEqual(before);
  });

  test('one that had another name is built under its own at the next start, and the name is forgotten', async () => {
    const [before, namesBefore] = [dumpProjections(data), registeredIn(data)];
    inDatabase(data, (db) =>
      db.exec(
        `UPDATE projections SET name = 'schema', fingerprint = 'of that name' WHERE name = 'served_versions'`,
      ),
    );
    const { stdout } = await run('verify', '--data', data, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ log: [], stale: ['served_versions'], rows: [] });
    await server.start();
    await server.stop();
    expect(registeredIn(data)).toEqual(namesBefore);
    expect(dumpProjections(data)).toEqual(before);
    expect(await ask('verify', '--data', data)).toMatchObject({ sound: true, stale: [] });
  });
});

describe('while a server runs', () => {
  test('it costs no request, puts right what is wrong, and the server goes on', async () => {
    await server.start();
    const { id } = await createPage(server, { slug: 'busy' });
    const stop = new AbortController();
    const writing = (async (): Promise<number> => {
      let version = 1;
      while (!stop.signal.aborted) {
        await save(server, id, version, { title: 'Busy', body: `Version ${version + 1}` });
        version++;
      }
      return version;
    })();
    const reading = (async (): Promise<Set<number>> => {
      const seen = new Set<number>();
      while (!stop.signal.aborted) {
        for (const path of [`/pages/${page}`, '/paths/guides/moved', '/tree', `/pages/${id}/versions`]) {
          seen.add((await server.request('GET', path)).status);
        }
      }
      return seen;
    })();

    try {
      expect((await ask<Rebuilt>('rebuild', '--data', data)).swapped).toEqual([]);
      inDatabase(data, (db) =>
        db.exec(`UPDATE versions SET title = 'Nonsense'; UPDATE publications SET version = 9`),
      );
      const { swapped } = await ask<Rebuilt>('rebuild', '--data', data);
      expect(swapped).toEqual(['versions', 'publications']);
      await succeed('verify', '--data', data);
    } finally {
      stop.abort();
    }
    expect([...(await reading)]).toEqual([200]);
    const version = await writing;
    expect(version).toBeGreaterThan(2);
    const { json } = await server.request('GET', `/pages/${id}`);
    expect(json).toMatchObject({ contentVersion: version, content: { body: `Version ${version}` } });
    const listed = await server.request('GET', `/pages/${page}/versions`);
    expect(listed.json.items.map(({ title }) => title)).not.toContain('Nonsense');
  });

  test('what the server has read of it while it was wrong is forgotten', async () => {
    inDatabase(data, (db) => db.exec(`UPDATE versions SET title = 'Nonsense'`));
    await server.start();
    const title = async () => (await server.request('GET', `/pages/${page}`)).json.title;
    expect(await title()).toBe('Nonsense');
    await succeed('rebuild', '--data', data);
    expect(await title()).not.toBe('Nonsense');
  });

  test('and so is what it has written from', async () => {
    await server.start();
    const { id } = await createPage(server, { slug: 'again' });
    await server.stop();
    inDatabase(data, (db) => db.exec(`UPDATE pages SET slug = 'nonsense' WHERE id = '${id}'`));
    await server.start();
    expect(await save(server, id, 1, { title: 'One' })).toMatchObject({ path: '/nonsense' });
    expect(await save(server, id, 2, { title: 'Two' })).toMatchObject({ path: '/nonsense' });
    await succeed('rebuild', '--data', data);
    expect(await save(server, id, 3, { title: 'Three' })).toMatchObject({ path: '/again' });
  });
});
