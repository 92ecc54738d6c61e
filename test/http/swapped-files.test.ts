import { setTimeout as wait } from 'node:timers/promises';
import { hash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPage, speaks } from '../support/pages.js';
import { endOf, otherProgram } from '../support/database-file.js';
import { makeServer, type Server } from '../support/server.js';
import { run, sentence } from '../cli/run.js';

const elsewhere = mkdtempSync(join(tmpdir(), 'palimpsest-copies-'));
const old = makeServer();
const servers: Server[] = [old];
afterAll(async () => {
  for (const server of servers) await server.remove();
  rmSync(elsewhere, { recursive: true });
});

const nameIn = ({ directory }: Server, suffix = ''): string => join(directory, `db.sqlite${suffix}`);
const copy = join(elsewhere, 'copy.sqlite');

beforeAll(async () => {
  await old.start();
  await createPage(old, { slug: 'old' });
  await old.stop();
  copyFileSync(nameIn(old), copy);
});

/** A server that has told of a page since the copy was made. */
async function serving(): Promise<{ server: Server; told: string }> {
  const server = makeServer();
  servers.push(server);
  cpSync(old.directory, server.directory, { recursive: true });
  await server.start();
  return { server, told: (await createPage(server, { slug: 'told' })).id };
}

function create(server: Server) {
  return server.request('POST', '/pages', {
    headers: speaks,
    body: { type: 'document', content: { title: 'Late' } },
  });
}

const digestOf = (file: string): string | undefined =>
  existsSync(file) ? hash('sha256', readFileSync(file)) : undefined;
const digests = (server: Server) => ['', '-wal'].map((suffix) => digestOf(nameIn(server, suffix)));

async function untilReady(server: Server, status: number): Promise<void> {
  while ((await server.request('GET', '/readyz', { token: null })).status !== status) await wait(20);
}

/** Refuses what would be lost, says so, and leaves everything as it is when it is ended. */
async function expectLost(server: Server, message: string): Promise<void> {
  const { status, json } = await create(server);
  expect([status, json.code]).toEqual([500, 'storage-damaged']);
  expect(json.detail).toContain(message);
  await untilReady(server, 503);
  expect((await server.request('GET', '/healthz', { token: null })).status).toBe(200);
  while (!server.log.includes(message)) await wait(20);
  const before = digests(server);
  expect(await server.stop()).toBe(65);
  expect(digests(server)).toEqual(before);
}

function move(server: Server): void {
  copyFileSync(copy, `${copy}.moved`);
  renameSync(`${copy}.moved`, nameIn(server));
}

test('a copy moved over the database: what was read can be read, nothing is written, the copy stays whole', async () => {
  const { server, told } = await serving();
  move(server);
  expect((await create(server)).status).toBe(500);
  expect((await server.request('GET', `/pages/${told}`)).status).toBe(200);
  expect((await server.request('GET', '/system')).json).toMatchObject({ storage: { status: 'lost' } });
  for (const verb of ['status', 'serve']) {
    const port = verb === 'serve' ? ['--port', '0'] : [];
    expect(await run(verb, '--data', server.directory, ...port)).toMatchObject({ code: 78, stdout: '' });
  }
  await expectLost(server, 'was replaced by another');
  expect(digestOf(nameIn(server))).toBe(digestOf(copy));
  await expect(server.start()).rejects.toThrow(/move db\.sqlite-wal and db\.sqlite-shm away/);
  // The way out that it names.
  for (const suffix of ['-wal', '-shm']) rmSync(nameIn(server, suffix));
  await server.start();
  expect((await server.request('GET', `/pages/${told}`)).status).toBe(404);
  await createPage(server);
  expect(await server.stop()).toBe(0);
});

test('the same file back under its name: it goes on', async () => {
  const { server, told } = await serving();
  renameSync(nameIn(server), `${copy}.kept`);
  await untilReady(server, 503);
  renameSync(`${copy}.kept`, nameIn(server));
  await untilReady(server, 200);
  await createPage(server);
  expect(await server.stop()).toBe(0);
  expect(await run('verify', '--data', server.directory)).toMatchObject({ code: 0 });
  await server.start();
  expect((await server.request('GET', `/pages/${told}`)).status).toBe(200);
});

test('a copy written into the file: nothing is read or written any more', async () => {
  const { server, told } = await serving();
  copyFileSync(copy, nameIn(server));
  await expectLost(server, 'was overwritten');
  expect(digestOf(nameIn(server))).toBe(digestOf(copy));
  await expect(server.start()).rejects.toThrow('is not the log of the db.sqlite beside it');
  for (const suffix of ['-wal', '-shm']) rmSync(nameIn(server, suffix));
  await server.start();
  expect((await server.request('GET', `/pages/${told}`)).status).toBe(404);
});

test('an older copy of the same reign written into the file, when all of the log was in it', async () => {
  const { server } = await serving();
  const hot = join(elsewhere, 'hot.sqlite');
  await endOf(await otherProgram(server.directory, `db.exec("VACUUM INTO '${hot}'");`));
  await createPage(server);
  await endOf(await otherProgram(server.directory, `db.pragma('wal_checkpoint(PASSIVE)');`));
  await createPage(server);
  copyFileSync(hot, nameIn(server));
  await expectLost(server, 'was overwritten');
});

test('an emptied file, which is not read either', async () => {
  const { server, told } = await serving();
  truncateSync(nameIn(server));
  await untilReady(server, 503);
  expect((await server.request('GET', `/pages/${told}`)).json.code).toBe('storage-damaged');
  await expectLost(server, 'the file is empty');
});

test.each([
  [
    'the file',
    (server: Server): void => {
      rmSync(nameIn(server));
    },
  ],
  [
    'the directory',
    ({ directory }: Server): void => {
      rmSync(directory, { recursive: true });
    },
  ],
  [
    'the directory, moved away',
    ({ directory }: Server): void => {
      renameSync(directory, `${directory}-away`);
    },
  ],
])('%s is gone: nothing is acknowledged, and nothing new is made', async (_what, remove) => {
  const { server, told } = await serving();
  remove(server);
  expect((await create(server)).json.code).toBe('storage-damaged');
  expect((await server.request('GET', `/pages/${told}`)).status).toBe(200);
  await expectLost(server, 'was removed');
  expect(existsSync(nameIn(server))).toBe(false);
  rmSync(`${server.directory}-away`, { recursive: true, force: true });
});

test('a file that is gone, and its log that is not: no start makes a new one', async () => {
  const { server } = await serving();
  await server.kill();
  rmSync(nameIn(server));
  await expect(server.start()).rejects.toThrow('the file is missing or empty');
  expect(existsSync(nameIn(server))).toBe(false);
  expect(existsSync(nameIn(server, '-wal'))).toBe(true);
});

test.each([
  [
    'removed',
    (wal: string): void => {
      rmSync(wal);
    },
  ],
  [
    'replaced',
    (wal: string): void => {
      rmSync(wal);
      writeFileSync(wal, 'something else');
    },
  ],
])('the log is %s: what was told is still there after the next start', async (_what, spoil) => {
  const { server, told } = await serving();
  spoil(nameIn(server, '-wal'));
  await expectLost(server, `db.sqlite-wal was ${_what}`);
  await server.start();
  expect((await server.request('GET', `/pages/${told}`)).status).toBe(200);
  await createPage(server);
  expect(await server.stop()).toBe(0);
  expect(await run('verify', '--data', server.directory)).toMatchObject({ code: 0 });
});

test('others may touch the file, check-point it and read it', async () => {
  const { server } = await serving();
  utimesSync(nameIn(server), new Date(), new Date(0));
  await createPage(server);
  await endOf(await otherProgram(server.directory, `db.pragma('wal_checkpoint(TRUNCATE)');`));
  await createPage(server);
  await endOf(await otherProgram(server.directory, `db.exec('VACUUM');`));
  await createPage(server);
  expect(await server.stop()).toBe(0);
  expect(await run('verify', '--data', server.directory)).toMatchObject({ code: 0 });
});

test('killed, and a copy put over it: every verb refuses to put the two together', async () => {
  const { server, told } = await serving();
  await server.kill();
  const original = `${copy}.original`;
  renameSync(nameIn(server), original);
  move(server);
  const before = digests(server);
  const refused = {
    code: 78,
    stdout: '',
    stderr: sentence('db.sqlite-wal is not the log of the db.sqlite beside it'),
  };
  for (const verb of [['serve', '--port', '0'], ['token', 'list'], ['verify']]) {
    expect(await run(...verb, '--data', server.directory)).toEqual(refused);
  }
  expect(digests(server)).toEqual(before);
  renameSync(original, nameIn(server));
  await server.start();
  expect((await server.request('GET', `/pages/${told}`)).status).toBe(200);
});
