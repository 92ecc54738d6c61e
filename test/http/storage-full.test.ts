import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { ladder } from '../support/ladder.js';
import { dist, quiet } from '../support/program.js';
import { run, temporaryDirectory } from '../cli/run.js';

const secret = 's'.repeat(32);
const headers = {
  authorization: `Bearer ${secret}`,
  'schema-version': String(ladder.finalized),
  'content-type': 'application/json',
};

test('a limit of how long files may be: 507, the server lives, and nothing of it has happened', async () => {
  const data = temporaryDirectory();
  const serve = [join(dist, 'cli/main.js'), 'serve', '--data', data, '--port', '0'];
  // In blocks of 512 bytes, or of 1024 in some shells.
  const server = spawn('sh', ['-c', 'ulimit -f 2000; exec "$0" "$@"', process.execPath, ...serve], {
    env: { ...process.env, ...quiet, PALIMPSEST_ADMIN_TOKEN: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  let url = '';
  for await (const line of createInterface(server.stdout)) {
    url = /^listening on (\S+)$/.exec(line)?.[1] ?? '';
    if (url !== '') break;
  }
  const create = (bytes: number): Promise<Response> =>
    fetch(`${url}/pages`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ type: 'document', content: { title: 'Large', body: 'x'.repeat(bytes) } }),
    });
  let created = 0;
  let answer = await create(100_000);
  for (; answer.status === 201; answer = await create(100_000)) created += 1;
  expect(created).toBeGreaterThan(0);
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
    507,
    'insufficient-storage',
  ]);
  expect(answer.headers.get('retry-after')).toBe('1');
  const list = await fetch(`${url}/pages?limit=500`, { headers });
  expect(((await list.json()) as { items: unknown[] }).items).toHaveLength(created);
  server.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(await run('verify', '--data', data)).toMatchObject({ code: 0 });
});
