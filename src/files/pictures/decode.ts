import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sharp, SharpOptions } from 'sharp';
import type { DecoderJob, DecoderLimits, Fault, Outcome } from './decoder-job.js';
import { partSuffix, sweep } from './sweep.js';
import { pixelLimit, tallestVariant, type Variant } from './variant.js';

/** What is made into pictures here. It decodes what others wrote: only in a process of its own. */
let sharp: typeof import('sharp').default | undefined;

/** libvips' loaders of bitmaps from files. All others stay blocked, whatever a file says it is: SVG leads to other files. */
const loaders = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif'].map((name) => `VipsForeignLoad${name}File`);

/** Why it can't be used, if so. */
export async function loadSharp(): Promise<string | undefined> {
  try {
    ({ default: sharp } = await import('sharp'));
  } catch (error) {
    return (error as Error).message;
  }
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: loaders });
  return undefined;
}

/** @throws what the file system throws */
export async function perform(job: DecoderJob, limits: DecoderLimits): Promise<Outcome> {
  if (job.task === 'sweep')
    return { outcome: 'swept', bytes: sweep(job.directory, job.limitBytes, new Date()) };
  const { size } = await stat(job.source);
  if (size > limits.sourceBytes) {
    const why = `is a file of ${size} bytes, and one that is decoded has at most ${limits.sourceBytes}`;
    return { outcome: 'refused', fault: { code: 'picture-too-large', why, holds: 'for all' } };
  }
  return job.task === 'measure' ? measure(job.source) : make(job.source, job.target, job.variant);
}

/** By the head of the file alone. */
async function measure(source: string): Promise<Outcome> {
  try {
    const { autoOrient, width, height } = await opened(source).metadata();
    if (width * height > pixelLimit) return { outcome: 'refused', fault: tooManyPixels };
    if (!(width > 0 && height > 0)) throw new Error('it has no pixel');
    return { outcome: 'measured', ...autoOrient };
  } catch (error) {
    return { outcome: 'refused', fault: faultOf(error) };
  }
}

/** In sRGB, without what else the file says; the first picture of those that move. */
async function make(source: string, target: string, { width, format }: Variant): Promise<Outcome> {
  let bytes: Buffer;
  try {
    const picture = opened(source)
      .resize({ width, height: tallestVariant, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb');
    bytes = await (format === 'jpeg' ? picture.flatten({ background: '#fff' }) : picture)
      .toFormat(format)
      .toBuffer();
  } catch (error) {
    return { outcome: 'refused', fault: faultOf(error) };
  }
  await writeWhole(target, bytes);
  return { outcome: 'made', bytes: bytes.length };
}

function opened(source: string): Sharp {
  if (!sharp) throw new Error('sharp is not loaded');
  const options: SharpOptions = {
    autoOrient: true,
    failOn: 'warning',
    limitInputPixels: pixelLimit,
    pages: 1,
    sequentialRead: true,
  };
  return sharp(source, options);
}

/** Under its name there is nothing or all of it, whatever breaks. */
async function writeWhole(target: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const part = `${target}.${randomUUID()}${partSuffix}`;
  try {
    const handle = await open(part, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

const tooManyPixels: Fault = {
  code: 'picture-too-large',
  why: `has more than ${pixelLimit} pixels`,
  holds: 'for all',
};

function faultOf(error: unknown): Fault {
  const { message } = error as Error;
  if (/exceeds pixel limit/.test(message)) return tooManyPixels;
  return { code: 'not-a-picture', why: `can not be decoded (${firstLine(message)})`, holds: 'for all' };
}

/** What libvips says may name our own path, and be long. */
function firstLine(message: string): string {
  const [line = ''] = message.split('\n');
  return line.replace(/\/\S+/g, '…').slice(0, 200);
}
