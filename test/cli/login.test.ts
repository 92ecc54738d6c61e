import { makeServer } from '../support/server.js';
import { ask, run, sentence, succeed, temporaryDirectory } from './run.js';

test('without a server there is nowhere to sign in', async () => {
  const data = temporaryDirectory();
  expect(await run('login', '--data', data)).toEqual({
    code: 69,
    stdout: '',
    stderr: sentence('palimpsest serve'),
  });
  await succeed('token', 'create', '--role', 'admin', '--data', data);
  expect((await run('login', '--data', data)).code).toBe(69);
});

describe('with a server', () => {
  const server = makeServer();
  const data = server.directory;
  beforeAll(() => server.start());
  afterAll(() => server.remove());

  test('a link is all that is printed, and its code comes after the sign that no server is sent', async () => {
    const link = await succeed('login', '--data', data);
    expect(link.trim()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/session#code=palimpsest_[\w-]{43}$/);
    expect(link.startsWith(server.url)).toBe(true);
  });

  test('machines are told until when it is good, and for what', async () => {
    const found = await ask<Record<string, string>>('login', '--role', 'viewer', '--data', data);
    expect(found).toEqual({
      link: expect.stringContaining('#code=') as string,
      role: 'viewer',
      expiresAt: expect.any(String) as string,
    });
    const leftMs = Date.parse(found['expiresAt'] ?? '') - Date.now();
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(600_000);
  });

  test('the address may be that of a proxy', async () => {
    const { link } = await ask<{ link: string }>(
      'login',
      '--url',
      'https://cms.example.org/api/',
      '--data',
      data,
    );
    expect(link).toMatch(/^https:\/\/cms\.example\.org\/api\/session#code=/);
  });

  test.each([
    ['--role', 'god'],
    ['--url', 'cms.example.org'],
    ['--url', 'https://cms.example.org/?a=b'],
  ])('%s %s means nothing', async (...options) => {
    expect((await run('login', ...options, '--data', data)).code).toBe(64);
  });

  test('a code is in no log, and nobody else can ask for one', async () => {
    const { link } = await ask<{ link: string }>('login', '--data', data);
    const code = link.split('#code=')[1];
    expect((await server.request('POST', '/session', { token: null, body: { code } })).status).toBe(204);
    expect(server.log).not.toContain(code);
    expect((await server.request('POST', '/control/login', { body: { role: 'admin' } })).status).toBe(404);
  });
});
