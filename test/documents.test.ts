import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));

const filesBelow = (directory: string): readonly string[] =>
  readdirSync(join(repository, directory), { recursive: true, encoding: 'utf8' }).map((name) =>
    join(directory, name),
  );

/** The changelog tells of what was, too. */
const documents = [
  ...['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'client/README.md'],
  ...filesBelow('docs').filter((name) => name.endsWith('.md')),
];
const known = ['src', 'test', 'build', 'bench', 'deploy', 'examples'].flatMap(filesBelow);

/** Of files elsewhere. */
const foreign: ReadonlySet<string> = new Set(['testvectors_v1/json_web_signature_test.json']);

test.each(documents)('the files that %s names are there', (document) => {
  const text = readFileSync(join(repository, document), 'utf8');
  const named = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.(?:ts|js|mjs|cjs|json|vcl|conf|md))`/g)].flatMap(
    ([, path]) => path ?? [],
  );
  const missing = named.filter(
    (path) =>
      !foreign.has(path) &&
      !path.startsWith('dist/') &&
      !existsSync(join(repository, dirname(document), path)) &&
      !known.some((file) => file === path || file.endsWith(`/${path}`)),
  );
  expect(missing).toEqual([]);
});
