import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { ladder } from '../support/ladder.js';
import { dist, quiet } from '../support/program.js';
import { startPeople } from '../support/people.js';
import { run, temporaryDirectory } from '../cli/run.js';

const secret = 's'.repeat(32);
const headers = {
  authorization: `Bearer ${secret}`,
  'schema-version': String(ladder.finalized),
  'content-type': 'application/json',
};

/** A server whose files may not grow beyond a limit, and how it ends. */
async function startLimited(
  data: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly url: string; readonly end: () => Promise<unknown> }> {
  const serve = [join(dist, 'cli/main.js'), 'serve', '--data', data, '--port', '0'];
  // In blocks of 512 bytes, or of 1024 in some shells.
  const server = spawn('sh', ['-c', 'ulimit -f 2000; exec "$0" "$@"', process.execPath, ...serve], {
    env: { ...process.env, ...quiet, PALIMPSEST_ADMIN_TOKEN: secret, ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  let url = '';
  for await (const line of createInterface(server.stdout)) {
    url = /^listening on (\S+)$/.exec(line)?.[1] ?? '';
    if (url !== '') break;
  }
  const end = (): Promise<unknown> => {
    server.kill('SIGTERM');
    return exited;
  };
  return { url, end };
}

function createOn(url: string, bytes: number, token = secret): Promise<Response> {
  return fetch(`${url}/pages`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${token}` },
    body: JSON.stringify({ type: 'document', content: { title: 'Large', body: 'x'.repeat(bytes) } }),
  });
}

test('a limit of how long files may be: 507, the server lives, and nothing of it has happened', async () => {
  const data = temporaryDirectory();
  const { url, end } = await startLimited(data);
  const create = (bytes: number): Promise<Response> => createOn(url, bytes);
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
  expect(await end()).toEqual([0, null]);
  expect(await run('verify', '--data', data)).toMatchObject({ code: 0 });
});

test('somebody new reads where nobody can be written down, and does not write', async () => {
  const people = await startPeople();
  const { url, end } = await startLimited(temporaryDirectory(), people.setting);
  for (const bytes of [100_000, 10_000, 10]) while ((await createOn(url, bytes)).status === 201);
  // Somebody may still fit.
  const statuses = new Set<number>();
  for (let newcomer = 0; !statuses.has(507) && newcomer < 1_000; newcomer++) {
    const token = people.tokenOf(`newcomer ${newcomer}`);
    expect((await fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    statuses.add((await createOn(url, 10, people.tokenOf(`author ${newcomer}`))).status);
  }
  expect(statuses).toContain(507);
  await end();
});
