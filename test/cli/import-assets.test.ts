import { randomBytes } from 'node:crypto';
import { useServer } from '../support/server.js';
import { fileFrom } from '../support/stored-files.js';
import { Repository } from '../exchange/git/repository.js';
import { ask, run, sentence } from './run.js';

const server = useServer();
const repository = new Repository();
afterAll(() => {
  repository.remove();
});

interface Assets {
  readonly items: readonly { readonly id: string; readonly path: string }[];
}

test('pictures of a repository are served by the server that runs, and stay', async () => {
  const files = new Map<string, Buffer>();
  for (let commit = 0; commit < 5; commit++) {
    const bytes = randomBytes(10_000);
    files.set(`/pictures/${commit}.png`, bytes);
    repository.commit({ [`pictures/${commit}.png`]: bytes, 'a.md': `Number ${commit}` });
  }
  const args = [repository.directory, '--assets', '**/*.{png,jpg}', '--data', server.directory];
  expect(await ask('import', 'git', ...args)).toMatchObject({ commits: 5, changes: 10, complete: true });
  const { sound } = await ask<{ sound: boolean }>('verify', '--data', server.directory);
  expect(sound).toBe(true);
  const { items } = (await server.request('GET', '/assets')).json as unknown as Assets;
  const served = await Promise.all(
    items.map(async ({ id, path }) => [path, await fileFrom(server, id)] as const),
  );
  expect(new Map(served)).toEqual(files);
});

test('a pattern that says nothing is refused before anything is read', async () => {
  const args = [repository.directory, '--assets', '!(x)', '--data', server.directory];
  const { code, stderr } = await run('import', 'git', ...args);
  expect({ code, stderr }).toEqual({ code: expect.any(Number) as number, stderr: sentence('') });
  expect(code).not.toBe(70);
});
