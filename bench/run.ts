/**
 * Runs the benchmarks that are named (`npm run bench -- saves reads`), or all, and prints one table. One that fails is told at the end,
 * and the others are shown.
 */
import { printFigures, printMachine, type Figure } from './figure.js';
import { access } from './access.js';
import { files } from './files.js';
import { lists } from './lists.js';
import { mixed } from './mixed.js';
import { rebuild } from './rebuild.js';
import { reads } from './reads.js';
import { saves } from './saves.js';
import { startUp } from './start-up.js';
import { upgrade } from './upgrade.js';

const benchmarks = [reads, files, lists, access, saves, mixed, startUp, rebuild, upgrade];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  const known = benchmarks.map(({ name }) => name).join(', ');
  throw new Error(`there is no benchmark ${unknown.join(', ')}: there are ${known}`);
}

printMachine();
const figures: Figure[] = [];
const failures: [string, unknown][] = [];
for (const benchmark of benchmarks) {
  if (wanted.length > 0 && !wanted.includes(benchmark.name)) continue;
  console.log(`${benchmark.name} …`);
  try {
    figures.push(...(await benchmark()));
  } catch (error) {
    failures.push([benchmark.name, error]);
  }
}
printFigures(figures);
for (const [name, error] of failures) console.error(`${name} failed:`, error);
process.exit(failures.length === 0 ? 0 : 1); // servers of one that failed may still run
