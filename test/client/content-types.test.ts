import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useServer } from '../support/server.js';

const server = useServer();
const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a program of Node's. */
function run(program: string, given: readonly string[], input = ''): string {
  return execFileSync(process.execPath, [join(repository, program), ...given], { input, encoding: 'utf8' });
}

test('the types of content of a schema version become TypeScript, blocks with their fields', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-content-'));
  const { text } = await server.request('GET', '/schema/4');
  const file = join(directory, 'content.json');
  writeFileSync(file, run('client/bin/content-schemas.js', [], text));
  const types = run('node_modules/openapi-typescript/bin/cli.js', [file]).replace(/\s+/g, ' ');
  rmSync(directory, { recursive: true });
  expect(types).toContain('document: { title: string; body?: string;');
  expect(types).toMatch(/"block\.image": \{ alt\?: string; url\?: string; _id: string;.*?_type: "image"/);
  expect(types).toMatch(/page: \{[^}]*blocks\?: components\["schemas"\]\["blocks"\]/);
});
