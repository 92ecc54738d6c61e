/** `npm run torture -- --minutes N --seed S`: ends with 1 on any violation, and says how to see it again. */
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { shownWaits } from './findings.js';
import { torture } from './run.js';

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes ?? 1);
const seed = Number(values.seed ?? randomInt(2 ** 31));
if (!(minutes > 0) || !Number.isInteger(seed))
  throw new Error('--minutes takes a number above 0, --seed an integer');

const root = new URL('../../../', import.meta.url);
console.log(`torture: seed ${seed}, ${minutes} minutes`);
const startedMs = performance.now();
const { findings, peakMib } = await torture({
  seed,
  minutes,
  dist: fileURLToPath(new URL('dist', root)),
  faultSource: fileURLToPath(new URL('bench/torture/disk-faults.c', root)),
  tell: (line) => {
    console.log(line);
  },
});
for (const [what, count] of findings.counts) console.log(`${what}: ${count.toLocaleString('en')}`);
console.log(`honest reads: ${shownWaits(findings.waitedMs.read)}`);
console.log(`honest writes: ${shownWaits(findings.waitedMs.write)}`);
console.log(`peak of memory: ${peakMib.toLocaleString('en')} MiB`);
console.log(`took ${Math.round((performance.now() - startedMs) / 1000)} s`);
for (const request of findings.unheard) console.log(`not answered within two minutes: ${request}`);
for (const violation of findings.violations.slice(0, 20)) console.log(`VIOLATION: ${violation}`);
console.log(`${findings.violations.length} violations`);
if (findings.violations.length > 0) {
  console.log(`again: npm run torture -- --minutes ${minutes} --seed ${seed}`);
  process.exitCode = 1;
}
