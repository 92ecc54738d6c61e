import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const dist = process.env.PALIMPSEST_DIST ?? join(repository, 'dist');

const made: string[] = [];

afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** What is different about a build, besides its version: a text that is replaced wherever the program has it. */
export interface Edit {
  readonly find: string | RegExp;
  readonly replacement: string;
}

/** A projection whose tables are the same and whose fingerprint is another. */
export const changedProjection: Edit = {
  find: /(name: "places",\s+version: )\d+,/,
  replacement: '$199,',
};

/** Another release of the program: a copy of the built one that says another version. Answers its `main.js`. */
export function buildOf(version: string, edit?: Edit): string {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-build-'));
  made.push(directory);
  chmodSync(directory, 0o755);
  cpSync(dist, join(directory, 'dist'), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'));
  const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as object;
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ ...manifest, version }));
  if (edit) apply(edit, join(directory, 'dist'));
  return join(directory, 'dist/cli/main.js');
}

/** @throws Error when nothing is found */
function apply({ find, replacement }: Edit, directory: string): void {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  let edits = 0;
  for (const name of names.filter((name) => name.endsWith('.js') && !name.startsWith('node_modules'))) {
    const file = join(directory, name);
    const text = readFileSync(file, 'utf8');
    const edited = text.replace(find, replacement);
    if (edited === text) continue;
    writeFileSync(file, edited);
    edits += 1;
  }
  if (edits === 0) throw new Error(`the program has no ${String(find)}`);
}
