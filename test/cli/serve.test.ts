import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  realpathSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openLockFile } from '../../src/log/database.js';
import { dist, type ProgramStart } from '../support/program.js';
import { ask, run, sentence, start, succeed, temporaryDirectory, type Running } from './run.js';
import { inDatabase } from './tables.js';

const mine = 'a-token-that-is-as-long-as-it-has-to-be';

const listening = /^listening on (http:\S+)$/m;

async function serve(data: string, given?: ProgramStart): Promise<Running & { readonly url: string }> {
  const running = start(['serve', '--data', data, '--port', '0'], given);
  const [, url = ''] = await running.says(listening);
  return { ...running, url };
}

async function statusOf(url: string, secret: string): Promise<number> {
  return (await fetch(`${url}/tree`, { headers: { authorization: `Bearer ${secret}` } })).status;
}

/** A token that is made without a server. */
async function tokenOf(data: string, role: string): Promise<string> {
  const { secret } = await ask<{ secret: string }>('token', 'create', '--role', role, '--data', data);
  return secret;
}

function typesIn(data: string): readonly unknown[] {
  return inDatabase(data, (db) => db.prepare('SELECT type FROM events ORDER BY position').pluck().all());
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

describe('what is refused', () => {
  test.each(['x', '65536', '-1', '3000.5'])('--port %s', async (port) => {
    const data = join(temporaryDirectory(), 'data');
    expect(await run('serve', '--data', data, `--port=${port}`)).toEqual({
      code: 64,
      stdout: '',
      stderr: sentence(`--port has to be a number from 0 to 65535, not "${port}"`),
    });
    expect(existsSync(data)).toBe(false);
  });

  test.each([
    ['--cors-origin', 'https://example.org/', 'which browsers write differently: write https://example.org'],
    ['--trust-proxy', 'nginx', 'which is no network: write it as 10.0.0.0/8, ::1/128, or as one address'],
  ])('%s %s', async (option, value, why) => {
    const data = join(temporaryDirectory(), 'data');
    expect(await run('serve', '--data', data, option, value)).toEqual({
      code: 64,
      stdout: '',
      stderr: sentence(`${option} has "${value}", ${why}`),
    });
    expect(existsSync(data)).toBe(false);
  });

  test('a port that somebody else listens on; the token is not lost with it', async () => {
    const data = temporaryDirectory();
    const other = createServer().listen({ host: '127.0.0.1', port: 0 });
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await run('serve', '--data', data, '--port', String(port))).toEqual({
      code: 69,
      stdout: '',
      stderr: sentence(`port ${port} of 127.0.0.1 is in use: choose another --port`),
    });
    other.close();
    expect(readdirSync(join(data, 'run'))).toEqual(['owner.lock']);
    const { says, end } = await serve(data);
    await says(/export TOKEN=\S/);
    await end('SIGTERM');
  });

  test('an address that is not of this machine', async () => {
    expect(await run('serve', '--data', temporaryDirectory(), '--host', '192.0.2.1', '--port', '0')).toEqual({
      code: 69,
      stdout: '',
      stderr: sentence("can't listen on 192.0.2.1"),
    });
  });

  test('a file in the place of the directory', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, mine);
    expect(await run('serve', '--data', file, '--port', '0')).toEqual({
      code: 73,
      stdout: '',
      stderr: sentence(`can't create ${file}`),
    });
    expect(readFileSync(file, 'utf8')).toBe(mine);
  });

  test.each([
    [
      'a file that is no database',
      (file: string) => {
        writeFileSync(file, 'rubbish\n'.repeat(1000));
      },
    ],
    [
      'a file that is too short for one',
      (file: string) => {
        writeFileSync(file, 'SQLite format 3\0');
      },
    ],
    [
      "somebody else's database",
      (file: string) => {
        const db = openLockFile(file);
        db.exec('CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)');
        db.close();
      },
    ],
    [
      "somebody else's database that says whose it is",
      (file: string) => {
        const db = openLockFile(file);
        db.exec('PRAGMA application_id = 7; PRAGMA user_version = 1; CREATE TABLE theirs (a)');
        db.close();
      },
    ],
  ])('%s, which stays as it is', async (_what, write) => {
    const data = temporaryDirectory();
    const file = join(data, 'db.sqlite');
    write(file);
    const before = digestOf(file);
    const refused = { code: 78, stdout: '', stderr: sentence(`${file} is not a Palimpsest database`) };
    expect(await run('serve', '--data', data, '--port', '0')).toEqual(refused);
    expect(await run('status', '--data', data)).toEqual(refused);
    expect(digestOf(file)).toBe(before);
    expect(readdirSync(data).sort()).toEqual(['db.sqlite']);
  });

  test('a directory of that name', async () => {
    const data = temporaryDirectory();
    mkdirSync(join(data, 'db.sqlite'));
    const refused = { code: 78, stdout: '', stderr: sentence('db.sqlite is not a Palimpsest database') };
    expect(await run('serve', '--data', data, '--port', '0')).toEqual(refused);
    expect(await run('verify', '--data', data)).toEqual(refused);
  });

  test('a database of a newer format', async () => {
    const data = temporaryDirectory();
    await succeed('token', 'create', '--role', 'admin', '--data', data);
    inDatabase(data, (db) => db.pragma('user_version = 999'));
    const refused = { code: 78, stdout: '', stderr: sentence('has format 999') };
    expect(await run('serve', '--data', data, '--port', '0')).toEqual(refused);
    expect(await run('verify', '--data', data)).toEqual(refused);
    expect(existsSync(join(data, 'db.sqlite-wal'))).toBe(false);
  });

  test('a second server on the same directory; the first goes on', async () => {
    const data = temporaryDirectory();
    const first = await serve(data, { env: { PALIMPSEST_ADMIN_TOKEN: mine } });
    const port = new URL(first.url).port;
    for (const wanted of ['0', port]) {
      expect(await run('serve', '--data', data, '--port', wanted)).toEqual({
        code: 75,
        stdout: '',
        stderr: sentence(`${data} is served by process ${String(first.process.pid)}`),
      });
    }
    expect(await statusOf(first.url, mine)).toBe(200);
    expect(await first.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
  });

  test('a data directory whose path leaves no room for a socket', async () => {
    const data = join(temporaryDirectory(), 'x'.repeat(80));
    const refused = { code: 78, stdout: '', stderr: sentence('too long for a socket in it') };
    expect(await run('serve', '--data', data, '--port', '0')).toEqual(refused);
    expect(await run('token', 'create', '--role', 'admin', '--data', data)).toEqual(refused);
    expect(existsSync(data)).toBe(false);
  });

  test.each([
    ['PALIMPSEST_LOG_LEVEL', 'silly', 'has to be one of'],
    ['PALIMPSEST_DRAIN_DELAY_MS', 'abc', 'has to be a whole number of milliseconds'],
  ])('an environment that means nothing: %s=%s', async (name, value, why) => {
    expect(await start(['serve', '--port', '0'], { env: { [name]: value } }).ended).toEqual({
      code: 78,
      stdout: '',
      stderr: sentence(`${name} ${why}`),
    });
  });

  test('an empty PALIMPSEST_DATA is none', async () => {
    const cwd = temporaryDirectory();
    expect(await start(['status'], { env: { PALIMPSEST_DATA: '' }, cwd }).ended).toMatchObject({
      code: 65,
      stderr: sentence(`there is no database in ${join(realpathSync(cwd), 'data')}`),
    });
  });

  test('a standard output that takes nothing', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [join(dist, 'cli/main.js'), 'openapi'], {
      stdio: ['ignore', full, 'pipe'],
    });
    const [code] = (await once(child, 'exit')) as [number];
    closeSync(full);
    expect(code).toBe(73);
  });

  test('options and verbs that do not exist', async () => {
    expect(await run('serve', '--prot', '1')).toMatchObject({ code: 64, stdout: '' });
    expect(await run('sevre')).toMatchObject({ code: 64, stdout: '' });
    expect(await run('token', 'revoke')).toMatchObject({ code: 64, stdout: '' });
  });
});

test('as JSON, where it listens and its first token', async () => {
  const { says, end } = start(['serve', '--json', '--port', '0', '--data', temporaryDirectory()]);
  const [line] = await says(/^\{.*\}$/m);
  const { url, token } = JSON.parse(line) as { url: string; token: string };
  expect(await statusOf(url, token)).toBe(200);
  await end('SIGTERM');
});

describe('the token', () => {
  test('is printed once, with lines that work as they are printed', async () => {
    const data = join(temporaryDirectory(), 'new', 'data');
    const first = await serve(data);
    const { code, stdout, stderr } = await first.end('SIGTERM');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [, secret = ''] = /export TOKEN=(\S+)/.exec(stdout) ?? [];

    const second = await serve(data);
    expect(await statusOf(second.url, secret)).toBe(200);
    expect((await second.end('SIGINT')).stdout).toBe(`listening on ${second.url}\n`);
  });

  test('and the lines beneath it work in a shell', async () => {
    const first = await serve(temporaryDirectory());
    const [script] = await first.says(/(^ {2}(export|curl).*\n+|^\w.*\n+)+/m);
    const lines = script.split('\n').filter((line) => line.startsWith('  '));
    const [created, found, tree] = lines.slice(1).map((line) => {
      const answer = execFileSync('sh', ['-c', `${lines[0] ?? ''}\n${line}`], { encoding: 'utf8' });
      return JSON.parse(answer) as Record<string, unknown>;
    });
    expect(created).toMatchObject({ path: '/hello', content: { body: 'First words.' } });
    expect(found).toEqual(created);
    expect(tree).toMatchObject({ items: [{ slug: 'hello' }] });
    await first.end('SIGTERM');
  });

  test('is the one in the environment, made sure of at every start', async () => {
    const data = temporaryDirectory();
    const env = { PALIMPSEST_ADMIN_TOKEN: mine };
    const first = await serve(data, { env });
    expect(await statusOf(first.url, mine)).toBe(200);
    expect((await first.end('SIGTERM')).stdout).toBe(`listening on ${first.url}\n`);
    const positionOf = () => inDatabase(data, (db) => db.prepare('SELECT position FROM head').pluck().get());
    expect(positionOf()).toBe(1);

    const [id = ''] = (await succeed('token', 'list', '--data', data)).split(' ');
    const second = await serve(data, { env });
    expect(positionOf()).toBe(1);
    await succeed('token', 'revoke', id, '--data', data);
    expect(await statusOf(second.url, mine)).toBe(401);
    await second.end('SIGTERM');

    const third = await serve(data, { env });
    expect(await statusOf(third.url, mine)).toBe(200);
    await third.end('SIGTERM');
  });

  test('from the environment replaces the one before, and no other', async () => {
    const data = temporaryDirectory();
    const other = await tokenOf(data, 'admin');
    const theirs = 'another-token-that-is-as-long-as-it-has-to-be';
    for (const [secret, before] of [
      [mine, theirs],
      [theirs, mine],
      [mine, theirs],
    ] as const) {
      const running = await serve(data, { env: { PALIMPSEST_ADMIN_TOKEN: secret } });
      expect(await statusOf(running.url, secret)).toBe(200);
      expect(await statusOf(running.url, before)).toBe(401);
      expect(await statusOf(running.url, other)).toBe(200);
      await running.end('SIGTERM');
    }
    expect(typesIn(data).slice(1)).toEqual([
      'TokenCreated',
      'TokenRevoked',
      'TokenCreated',
      'TokenRevoked',
      'TokenCreated',
    ]);
    const without = await serve(data);
    expect(await statusOf(without.url, mine)).toBe(200);
    await without.end('SIGTERM');
  });

  test.each(['editor', 'admin'])(
    'from the environment is an administrator whatever it was before: of the role %s, of another name',
    async (role) => {
      const data = temporaryDirectory();
      const secret = await tokenOf(data, role);
      const env = { PALIMPSEST_ADMIN_TOKEN: secret };
      const first = await serve(data, { env });
      const tokens = await fetch(`${first.url}/tokens`, { headers: { authorization: `Bearer ${secret}` } });
      expect(await tokens.json()).toMatchObject({
        items: [{ name: 'PALIMPSEST_ADMIN_TOKEN', role: 'admin' }],
      });
      await first.end('SIGTERM');
      const before = typesIn(data);
      await (await serve(data, { env })).end('SIGTERM');
      expect(typesIn(data)).toEqual(before);
      const next = await serve(data, { env: { PALIMPSEST_ADMIN_TOKEN: mine } });
      expect(await statusOf(next.url, secret)).toBe(401);
      await next.end('SIGTERM');
    },
  );

  test.each([
    [`${mine} `, 'has white space in or around it'],
    [`\n${mine}`, 'has white space in or around it'],
    ['a token with spaces in it that is long enough', 'has white space in or around it'],
    ['x'.repeat(31), 'has 31 characters: set one of at least 32'],
    ['x'.repeat(5000), 'has 5000 characters: set one of at most 4096'],
    [`${mine}é`, 'has characters that a bearer token can not hold'],
    [`${mine}"`, 'has characters that a bearer token can not hold'],
    [`=${mine}`, 'has characters that a bearer token can not hold'],
  ])('is refused when no request could bring it, or anybody guess it: %j', async (secret, why) => {
    const data = join(temporaryDirectory(), 'data');
    const env = { PALIMPSEST_ADMIN_TOKEN: secret };
    for (const verb of ['serve', 'run']) {
      const ended = await start([verb, '--data', data, '--port', '0'], { env }).ended;
      expect(ended).toMatchObject({
        code: 78,
        stdout: '',
        stderr: sentence(`PALIMPSEST_ADMIN_TOKEN ${why}`),
      });
      expect(ended.stderr).not.toContain(secret.trim());
    }
    expect(existsSync(data)).toBe(false);
  });

  test.each(['x'.repeat(32), `${'-._~+/aZ9'.repeat(4)}==`])('may be %s', async (secret) => {
    const { url, end } = await serve(temporaryDirectory(), { env: { PALIMPSEST_ADMIN_TOKEN: secret } });
    expect(await statusOf(url, secret)).toBe(200);
    await end('SIGTERM');
  });
});

test('the data directory may come from the environment', async () => {
  const data = temporaryDirectory();
  const running = start(['serve', '--port', '0'], { env: { PALIMPSEST_DATA: data } });
  await running.says(listening);
  await running.end('SIGTERM');
  expect(existsSync(join(data, 'db.sqlite'))).toBe(true);
});

test('stopped, it leaves no write-ahead log and no socket', async () => {
  const data = temporaryDirectory();
  const running = await serve(data);
  expect(readdirSync(join(data, 'run'))).toContain(`control-${String(running.process.pid)}.sock`);
  expect(await running.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(data).sort()).toEqual(['content', 'db.sqlite', 'run']);
  expect(readdirSync(join(data, 'run'))).toEqual(['owner.lock']);
});

test('killed, it can be started again, and what it left in its way is gone', async () => {
  const data = temporaryDirectory();
  const env = { PALIMPSEST_ADMIN_TOKEN: mine };
  const first = await serve(data, { env });
  expect(await first.end('SIGKILL')).toMatchObject({ code: null });
  const second = await serve(data, { env });
  expect(await statusOf(second.url, mine)).toBe(200);
  expect(await second.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(join(data, 'run'))).toEqual(['owner.lock', 'upgrade.lock']);
});
