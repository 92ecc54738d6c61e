/**
 * Writes `npm-shrinkwrap.json`, which npm takes along into the package: who installs that gets the driver, and what it
 * needs, at the versions of our own lock file. Only `npm pack` has it, as npm would read it instead of the lock file.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
const { devDependencies, ...itself } = lock.packages[''];
if (!devDependencies) throw new Error('package-lock.json is not of the form that this reads');
const installed = Object.entries(lock.packages).filter(
  // What `devOptional` says is needed by what we develop with, and by what is installed if it can be.
  ([place, { dev }]) => place !== '' && !dev,
);
const packages = { '': itself, ...Object.fromEntries(installed) };
await writeFile(join(root, 'npm-shrinkwrap.json'), `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
