import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Sharp } from 'sharp';
import type { DecoderLimits } from '../../../src/files/pictures/decoder-job.js';
import type { FoundVariant } from '../../../src/files/pictures/pictures.js';
import { Pictures } from '../../../src/files/pictures/pictures.js';
import type { Variant } from '../../../src/files/pictures/variant.js';
import { Refusal } from '../../../src/refusal.js';
import { dist } from '../../support/program.js';

/** As an operator installs it: what a test module imports goes through Jest, which loads no binaries from modules. */
export const sharp = createRequire(import.meta.url)('sharp') as typeof import('sharp').default;

/** Grain, which no format makes small. */
export function noise(width: number, height = width): Sharp {
  const grain = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  return sharp({ create: { width, height, channels: 3, noise: grain, background: '#000' } });
}

export interface WorkshopOptions {
  readonly limits?: DecoderLimits;
  readonly idleMs?: number;
  readonly limitBytes?: number;
  readonly program?: string;
}

/** Pictures on a directory of their own, decoded by the built process. */
export interface Workshop {
  readonly pictures: Pictures;
  readonly directory: string;
  readonly warnings: readonly string[];
  /** Puts a file where content lies; answers its hash. */
  keep(bytes: Buffer): string;
  pathOf(sha256: string): string;
  find(bytes: Buffer, mediaType: string, variant: Variant): Promise<FoundVariant>;
  measure(bytes: Buffer, mediaType: string): Promise<unknown>;
}

const open = new Set<() => void>();

afterAll(() => {
  for (const close of open) close();
});

export function makeWorkshop({ limitBytes = 1024 ** 3, ...options }: WorkshopOptions = {}): Workshop {
  const content = mkdtempSync(join(tmpdir(), 'palimpsest-content-'));
  const directory = join(mkdtempSync(join(tmpdir(), 'palimpsest-variants-')), 'variants');
  const warnings: string[] = [];
  const pathOf = (sha256: string): string => join(content, sha256);
  const pictures = new Pictures({
    program: join(dist, 'files/pictures/decoding-process.js'),
    ...options,
    directory,
    limitBytes,
    pathOf,
    warn: (sentence) => warnings.push(sentence),
  });
  open.add(() => {
    pictures.close();
    rmSync(content, { recursive: true, force: true });
    rmSync(join(directory, '..'), { recursive: true, force: true });
  });
  const keep = (bytes: Buffer): string => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(pathOf(sha256), bytes);
    return sha256;
  };
  return {
    pictures,
    directory,
    warnings,
    keep,
    pathOf,
    find: (bytes, mediaType, variant) =>
      pictures.find({ sha256: keep(bytes), mediaType, who: 'somebody' }, variant),
    measure: (bytes, mediaType) => pictures.measure(pathOf(keep(bytes)), mediaType, 600_000),
  };
}

/** The code that it is refused with; 'found' when it isn't. */
export async function codeOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'found';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** Waits for a fact. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(10);
}

export function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}
