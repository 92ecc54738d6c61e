/** Runs every benchmark and prints one table. */
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

printMachine();
const figures: Figure[] = [];
for (const benchmark of [reads, files, lists, access, saves, mixed, startUp, rebuild, upgrade]) {
  console.log(`${benchmark.name} …`);
  figures.push(...(await benchmark()));
}
printFigures(figures);
