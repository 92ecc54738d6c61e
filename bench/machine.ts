/** The facts without which a figure says nothing. */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pinning } from './pinning.js';
import { median } from './rounds.js';

const fsyncs = 200;
const blockBytes = 4096;

export function machineFacts(): readonly string[] {
  const processors = cpus();
  return [
    `${processors.length} cores, ${processors[0]?.model ?? 'unknown processor'}; ${pinning}`,
    `Node ${process.versions.node} on ${process.platform} ${process.arch}`,
    `load of the last minute before the run: ${(loadavg()[0] ?? 0).toFixed(1)}; above 0.5 something else was measured too`,
    `${tmpdir()}: ${fsyncFact()}`,
  ];
}

/** A file that grows, as a write-ahead log does. */
function fsyncFact(): string {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-bench-'));
  const file = openSync(join(directory, 'block'), 'w');
  const block = Buffer.alloc(blockBytes, 'x');
  const timesMs: number[] = [];
  try {
    for (let count = 0; count < fsyncs; count += 1) {
      const startedAt = performance.now();
      writeSync(file, block);
      fsyncSync(file);
      timesMs.push(performance.now() - startedAt);
    }
  } finally {
    closeSync(file);
    rmSync(directory, { recursive: true });
  }
  const slowest = Math.max(...timesMs);
  return `write and fsync of 4 KB takes ${median(timesMs).toFixed(3)} ms (median of ${fsyncs}, slowest ${slowest.toFixed(1)} ms)`;
}
