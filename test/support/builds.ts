import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
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
import { dist } from './program.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));

const made: string[] = [];

afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** What a release has in place of the driver: a file in `drivers` makes it of the driver. */
export type DriverVariant = 'telling-sync' | 'unsafe-sqlite' | 'small-disk' | 'no-publications' | 'patient';

/**
 * Another release of the program, in a directory of its own as on an operator's machine: the built one beside a
 * manifest that says another version. Answers its `main.js`.
 */
export function buildOf(version: string, driver?: DriverVariant): string {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-build-'));
  made.push(directory);
  chmodSync(directory, 0o755);
  linkAll(dist, join(directory, 'dist'));
  const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as object;
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ ...manifest, version }));
  const packages = join(directory, 'node_modules');
  if (driver) installDriver(packages, driver);
  else symlinkSync(join(repository, 'node_modules'), packages);
  return join(directory, 'dist/cli/main.js');
}

/** The same files under another name, as nobody edits them: to delete hundreds of copies takes a second. */
function linkAll(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkAll(source, target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target); // another disk
  }
}

/** Under both names by which the program asks for the driver. The other packages are in `dist`. */
function installDriver(packages: string, driver: DriverVariant): void {
  const variant = fileURLToPath(new URL(`./drivers/${driver}.cjs`, import.meta.url));
  for (const name of ['better-sqlite3', 'better-sqlite3-12']) {
    const original = join(repository, 'node_modules', name);
    mkdirSync(join(packages, name), { recursive: true });
    writeFileSync(
      join(packages, name, 'index.js'),
      `module.exports = require(${JSON.stringify(variant)})(require(${JSON.stringify(original)}));\n`,
    );
  }
}
