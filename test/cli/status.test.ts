import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ladder, projections } from '../support/ladder.js';
import { createPage } from '../support/pages.js';
import { makeServer } from '../support/server.js';
import { first, rungsOf } from './checked-rungs.js';
import { ask, run, sentence, start, succeed, temporaryDirectory } from './run.js';
import { inDatabase } from './tables.js';

interface Status {
  readonly served: { readonly pid: number } | null;
  readonly since: string | null;
  readonly database: { readonly epoch: number };
  readonly projections: readonly unknown[];
}

const server = makeServer();
const data = server.directory;
afterAll(() => server.remove());

test('a directory without a database is refused, and stays empty', async () => {
  const nothing = temporaryDirectory();
  expect(await run('status', '--data', nothing)).toEqual({
    code: 65,
    stdout: '',
    stderr: sentence('there is no database in'),
  });
});

test('who serves, and what is there', async () => {
  await server.start();
  await createPage(server, { slug: 'a' });
  let status = await ask<Status>('status', '--data', data);
  // It waits for the server for two seconds, which may be too short here.
  while (status.since === null) status = await ask<Status>('status', '--data', data);
  const level = projections.map(({ name }) => ({ name, position: 2, lag: 0, current: true }));
  expect(status).toEqual({
    data,
    program: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
    database: {
      programVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
      schemaVersion: ladder.finalized,
      ladderHash: ladder.at(ladder.finalized).hash,
      format: 4,
      mode: 'live',
      epoch: 1,
      bytes: expect.any(Number) as number,
    },
    files: { 'db.sqlite': expect.any(Number) as number, 'db.sqlite-wal': expect.any(Number) as number },
    pages: { all: 1, published: 0, deleted: 0 },
    assets: { assets: 0, files: 0, bytes: 0 },
    schema: { minimum: 1, sunsets: [] },
    served: { pid: expect.any(Number) as number },
    since: expect.stringMatching(/^\d{4}-/) as string,
    storage: { status: 'sound', damages: 0, lastDamage: null, loss: null },
    position: 2,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    changesets: 2,
    streams: 2,
    upgrade: {
      running: null,
      last: null,
      waiting: [],
      predecessors: [],
      history: [
        {
          programVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
          schemaVersion: ladder.finalized,
          at: expect.any(String) as string,
          position: 0,
          epoch: 1,
        },
      ],
    },
    projections: level,
  });
  expect(() => process.kill(status.served?.pid ?? 0, 0)).not.toThrow();
  expect(await succeed('status', '--data', data)).toContain(
    `served by     process ${status.served?.pid ?? ''}\n`,
  );
  expect(await succeed('status', '--data', data)).toMatch(/^pages {9}1, 0 published, 0 deleted$/m);

  await server.kill();
  expect(await ask<Status>('status', '--data', data)).toEqual({
    ...status,
    files: expect.any(Object) as object,
    served: null,
    storage: null,
    since: null,
  });
  expect(await succeed('status', '--data', data)).toContain('served by     nobody\n');
});

test('a projection that lags, and one of another make', async () => {
  inDatabase(data, (db) => {
    db.exec(`UPDATE projections SET position = 1 WHERE name = 'pages'`);
    db.exec(`UPDATE projections SET fingerprint = 'old' WHERE name = 'tokens'`);
  });
  const { projections: shown } = await ask<Status>('status', '--data', data);
  expect(shown).toContainEqual({ name: 'pages', position: 1, lag: 1, current: true });
  expect(shown).toContainEqual({ name: 'tokens', position: 2, lag: 0, current: false });
});

test('the rungs of this program are not watched by a thread, as those of others are', async () => {
  const directory = temporaryDirectory();
  await succeed('token', 'create', '--role', 'admin', '--data', directory);
  const telling = join(directory, 'telling.cjs');
  writeFileSync(telling, "process.on('worker', () => console.log('a thread'));");
  const threads = async (...options: readonly string[]): Promise<number> => {
    const how = { env: { NODE_OPTIONS: `--require ${telling}` } };
    const { stdout } = await start(['status', '--data', directory, ...options], how).ended;
    return stdout.match(/^a thread$/gm)?.length ?? 0;
  };
  expect(await threads()).toBe(0);
  expect(await threads('--migrations', rungsOf(first))).toBe(1);
});
