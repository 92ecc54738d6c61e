import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const dist = process.env.PALIMPSEST_DIST ?? join(repository, 'dist');

const made: string[] = [];

afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** What is different about a build, besides its version: texts that are replaced in its files. */
export type Edits = Readonly<Record<string, readonly [find: string | RegExp, replacement: string]>>;

/** A projection whose tables are the same and whose fingerprint is another. */
export const changedProjection: Edits = { 'projections/places.js': [/version: \d+,/, 'version: 99,'] };

/** Another release of the program: a copy of the built one that says another version. Answers its `main.js`. */
export function buildOf(version: string, edits: Edits = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-build-'));
  made.push(directory);
  chmodSync(directory, 0o755);
  cpSync(dist, join(directory, 'dist'), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'));
  const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as object;
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ ...manifest, version }));
  for (const [name, [find, replacement]] of Object.entries(edits)) {
    const file = join(directory, 'dist', name);
    const text = readFileSync(file, 'utf8');
    const edited = text.replace(find, replacement);
    if (edited === text) throw new Error(`${name} has no ${String(find)}`);
    writeFileSync(file, edited);
  }
  return join(directory, 'dist/cli/main.js');
}
