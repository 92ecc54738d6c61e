import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeServer } from '../support/server.js';
import { ask, run, sentence, succeed, temporaryDirectory } from './run.js';

interface TokenView {
  readonly id: string;
  readonly secret?: string;
}

const server = makeServer();
afterAll(() => server.remove());

const secretStatus = async (secret: string | undefined): Promise<number> =>
  (await server.request('GET', '/tree', { token: secret ?? null })).status;
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;

describe('what is refused', () => {
  const data = temporaryDirectory();

  test('a role that does not exist', async () => {
    const { code, stdout, stderr } = await run('token', 'create', '--role', 'king', '--data', data);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('Allowed choices are metrics, render, viewer, editor, publisher, admin');
  });

  test('no role at all', async () => {
    expect(await run('token', 'create', '--data', data)).toMatchObject({ code: 64, stdout: '' });
  });

  test('an end that is no time', async () => {
    expect(await run('token', 'create', '--role', 'admin', '--expires', 'soon', '--data', data)).toEqual({
      code: 64,
      stdout: '',
      stderr: sentence('--expires has to be a time (ISO 8601), not "soon"'),
    });
  });

  test.each([
    ['token', 'list'],
    ['token', 'revoke', 'nobody'],
    ['migrations', 'minimum', '1'],
    ['migrations', 'sunset', '1', '--at', '2030-01-01'],
    ['upgrade'],
  ])('a directory without a database: %s %s creates none', async (...verb) => {
    const mistyped = join(data, 'mistyped');
    expect(await run(...verb, '--data', mistyped)).toEqual({
      code: 65,
      stdout: '',
      stderr: sentence(`there is no database in ${mistyped}: choose another --data`),
    });
    expect(existsSync(mistyped)).toBe(false);
  });

  test('revoking what is not there', async () => {
    await succeed('token', 'create', '--role', 'admin', '--data', data);
    expect(await run('token', 'revoke', 'nobody', '--data', data)).toEqual({
      code: 65,
      stdout: '',
      stderr: sentence('nobody'),
    });
  });

  test('as JSON, still in a sentence on stderr', async () => {
    expect(await run('token', 'revoke', 'nobody', '--data', data, '--json')).toEqual({
      code: 65,
      stdout: '',
      stderr: sentence('nobody'),
    });
  });
});

test('while a server runs, tokens work at once and stop working at once', async () => {
  const data = server.directory;
  await server.start();
  const { id, secret } = await ask<TokenView>(
    'token',
    'create',
    '--role',
    'editor',
    '--name',
    'Site',
    '--data',
    data,
  );
  expect(await secretStatus(secret)).toBe(200);
  expect(await ask<TokenView[]>('token', 'list', '--data', data)).toContainEqual({
    id,
    name: 'Site',
    role: 'editor',
    path: '/',
    createdAt: time,
    lastUsedAt: time,
  });
  expect(await ask('token', 'revoke', id, '--data', data)).toEqual({ id, revoked: true });
  expect(await secretStatus(secret)).toBe(401);
  expect((await ask<TokenView[]>('token', 'list', '--data', data)).map((token) => token.id)).not.toContain(
    id,
  );
  await server.stop();
});

test('while nobody serves, they are kept for the next server', async () => {
  const data = server.directory;
  const mine = await ask<TokenView>('token', 'create', '--role', 'render', '--data', data);
  expect(mine).toEqual({
    id: uuid,
    name: '',
    role: 'render',
    path: '/',
    createdAt: time,
    secret: mine.secret,
  });
  const other = await ask<TokenView>('token', 'create', '--role', 'admin', '--data', data);
  expect(await succeed('token', 'revoke', other.id, '--data', data)).toBe(`${other.id} is revoked\n`);
  await server.start();
  expect([await secretStatus(mine.secret), await secretStatus(other.secret)]).toEqual([200, 401]);
  await server.stop();
});

test('one that has expired does not work; the list says until when they do', async () => {
  const data = server.directory;
  await server.start();
  const create = ['token', 'create', '--role', 'editor', '--data', data, '--expires'] as const;
  const past = await ask<TokenView>(...create, '2020-01-01T00:00:00Z');
  const future = await ask<TokenView>(...create, '2999-01-01T00:00:00+02:00');
  expect(future).toMatchObject({ expiresAt: '2998-12-31T22:00:00.000Z' });
  expect([await secretStatus(past.secret), await secretStatus(future.secret)]).toEqual([401, 200]);
  expect(await succeed('token', 'list', '--data', data)).toMatch(
    new RegExp(`^${future.id} {2}editor {5}since \\S+ {2}until 2998-12-31T22:00:00.000Z {2}\\/ {2}$`, 'm'),
  );
  await server.stop();
});

test('people are shown the secret on a line of its own', async () => {
  const data = temporaryDirectory();
  expect(await succeed('token', 'create', '--role', 'publisher', '--name', 'Ann', '--data', data)).toMatch(
    /^[0-9a-f-]{36} {2}publisher {2}Ann\npalimpsest_\S+\n$/,
  );
});
