import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { torture } from '../../bench/torture/run.js';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** No time decides: what is acknowledged is there, what is there was asked for, everything is whole, and nothing fails. */
test('under kills, disk faults and hostile clients the server keeps what it has promised', async () => {
  const seed = randomInt(2 ** 31);
  const minutes = 0.75;
  process.stdout.write(`npm run torture -- --minutes ${minutes} --seed ${seed}\n`);
  const { findings } = await torture({
    seed,
    minutes,
    dist: process.env.PALIMPSEST_DIST ?? pathOf('../../dist'),
    faultSource: pathOf('../../bench/torture/disk-faults.c'),
    tell: (line) => process.stdout.write(`${line}\n`),
  });
  expect(findings.violations).toEqual([]);
  expect(findings.counts.get('audited writes')).toBeGreaterThan(0);
}, 900_000);
