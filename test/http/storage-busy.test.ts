import { createPage, speaks } from '../support/pages.js';
import { endOf, lockingProgram, otherProgram } from '../support/database-file.js';
import { makeServer, type Answer } from '../support/server.js';
import { run, sentence } from '../cli/run.js';

const server = makeServer();
afterAll(() => server.remove());

const data = server.directory;
const create = (title: string): Promise<Answer> =>
  server.request('POST', '/pages', { headers: speaks, body: { type: 'document', content: { title } } });
const busy = { code: 75, stdout: '', stderr: sentence('another program holds the database') };

test('while another program writes, reads go on and writes are refused, as often as they come; then all is as before', async () => {
  await server.start();
  await createPage(server);
  const before = await server.position();
  const other = await lockingProgram(data);
  try {
    for (let round = 0; round < 2; round++) {
      const writes = ['one', 'two'].map(create);
      expect((await server.request('GET', '/tree')).status).toBe(200);
      for (const { status, json, headers } of await Promise.all(writes)) {
        expect([status, json.code, headers.get('retry-after')]).toEqual([503, 'storage-busy', '1']);
      }
    }
    expect(await run('token', 'create', '--role', 'admin', '--data', data)).toEqual(busy);
    expect((await run('status', '--data', data)).code).toBe(0);
    expect((await server.request('GET', '/readyz')).status).toBe(200);
  } finally {
    await endOf(other);
  }
  // What was refused has not happened.
  expect((await createPage(server)).contentVersion).toBe(1);
  expect(await server.position()).toBe(before + 1);
  expect(await server.stop()).toBe(0);
});

test.each([
  ['the right to write', `db.exec('BEGIN IMMEDIATE');`],
  [
    'the whole file',
    `db.pragma('locking_mode = EXCLUSIVE'); db.exec('BEGIN IMMEDIATE; CREATE TABLE theirs (a)');`,
  ],
])('a start, and a verb that writes, while another program holds %s', async (_what, sql) => {
  const other = await otherProgram(data, sql);
  try {
    const ended = await Promise.all([
      run('serve', '--data', data, '--port', '0'),
      run('finalize', '--data', data),
    ]);
    expect(ended).toEqual([busy, busy]);
  } finally {
    await endOf(other);
  }
  await server.start();
  await createPage(server);
  expect(await server.stop()).toBe(0);
});
