import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { dist, quiet } from '../support/program.js';
import { sentence, succeed, temporaryDirectory, type Ended } from './run.js';

/** A limit for the size of files (setrlimit(2)), which is to a program what a full disk is. Works without rights. */
function startLimited(kib: number, args: readonly string[]) {
  const program = [process.execPath, join(dist, 'cli/main.js'), ...args];
  const child = spawn('bash', ['-c', `ulimit -f ${String(kib)}; exec "$@"`, 'limited', ...program], {
    env: {
      PATH: process.env['PATH'],
      ...quiet,
      PALIMPSEST_ADMIN_TOKEN: 'a-token-that-is-as-long-as-it-has-to-be',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const ended = once(child, 'close').then(([code]): Ended => ({
    code: code as number | null,
    stdout,
    stderr,
  }));
  const url = new Promise<string | undefined>((resolve) => {
    child.stdout.on('data', () => {
      const found = /^listening on (\S+)$/m.exec(stdout)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => {
      resolve(undefined);
    });
  });
  return { child, ended, url };
}

function send(url: string, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(url + path, {
    method,
    headers: {
      authorization: 'Bearer a-token-that-is-as-long-as-it-has-to-be',
      'schema-version': '1',
      'content-type': 'application/json',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const page = (slug: string) => ({
  type: 'document',
  slug,
  content: { title: 'Hello', body: 'x'.repeat(1000) },
});

/** What SQLite needs beside the database even to read it. */
const sharedMemoryKib = 32;

test.each([0, 4, 8, 16, sharedMemoryKib, 64, 128, 256])(
  'a first start in files of %d KiB says so, leaves nothing half made, or serves',
  async (kib) => {
    const data = temporaryDirectory();
    const { child, ended, url } = startLimited(kib, ['serve', '--data', data, '--port', '0']);
    const served = await url;
    if (served !== undefined) {
      expect((await send(served, 'GET', '/healthz')).status).toBe(200);
      child.kill();
      expect((await ended).code).toBe(0);
    } else {
      expect(await ended).toEqual({
        code: 73,
        stdout: '',
        stderr: sentence('there is no room for a database'),
      });
      expect(existsSync(join(data, 'db.sqlite'))).toBe(false);
      expect(readdirSync(join(data, 'run'))).toEqual(['owner.lock']);
    }
  },
);

describe('an installation on a disk that is full', () => {
  let data: string;

  beforeAll(async () => {
    data = temporaryDirectory();
    const { child, ended, url } = startLimited(1024 * 1024, ['serve', '--data', data, '--port', '0']);
    expect((await send((await url) ?? '', 'POST', '/pages', page('hello'))).status).toBe(201);
    child.kill();
    await ended;
  });

  test.each([
    [['status'], 0],
    [['export', 'jsonl'], 0],
    [['token', 'list'], 0],
    [['token', 'create', '--role', 'admin'], 75],
    [['verify'], 75],
    [['rebuild'], 75],
    [['finalize'], 75],
    [['upgrade', '--check'], 73],
  ])('%j ends with %d', async (args, code) => {
    const { ended } = startLimited(sharedMemoryKib / 2, [...args, '--data', data]);
    const { stderr, ...found } = await ended;
    expect(found).toMatchObject({ code });
    expect(stderr).toEqual(code === 0 ? '' : sentence('room'));
    const left = readdirSync(join(data, 'run')).filter((name) => !name.endsWith('.lock'));
    expect(left).toEqual([]);
    expect(existsSync(join(data, 'db_new.sqlite'))).toBe(false);
  });

  test.each([0, 4, sharedMemoryKib, 64])(
    'in files of %d KiB it is served, and writes are refused',
    async (kib) => {
      const { child, ended, url } = startLimited(kib, ['serve', '--data', data, '--port', '0']);
      const served = (await url) ?? '';
      for (const path of ['/tree', '/paths/hello'])
        expect((await send(served, 'GET', path)).status).toBe(200);
      const refused = await send(served, 'POST', '/pages', page('more'));
      expect(refused.status).toBe(507);
      expect(await refused.json()).toMatchObject({ code: 'insufficient-storage' });
      expect((await send(served, 'GET', '/tree')).status).toBe(200);
      child.kill();
      expect(await ended).toMatchObject({ code: 0 });
    },
  );

  test('when there is room again, all is as before', async () => {
    expect(await succeed('verify', '--data', data)).toContain('are whole');
  });
});
