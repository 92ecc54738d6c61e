import { readFileSync } from 'node:fs';
import { decoderLimits } from '../../../src/files/pictures/decoder-job.js';
import { variantFormats } from '../../../src/files/pictures/variant.js';
import { hostileJpegsAndGifs } from './hostile/jpegs-and-gifs.js';
import { noPictures } from './hostile/no-pictures.js';
import { hostilePngs } from './hostile/pngs.js';
import { hostileWebpsAndAvifs } from './hostile/webps-and-avifs.js';
import { pngOf, rowsOf } from './samples.js';
import { codeOf, makeWorkshop, sharp } from './workshop.js';

/** In 10 ms, between two looks, memory grows by that much at most. */
const slackBytes = 128 * 1024 * 1024;

const hostilePictures = [...hostilePngs, ...hostileJpegsAndGifs, ...hostileWebpsAndAvifs, ...noPictures];

const workshop = makeWorkshop();

/** The most memory that the process had, of those looks that found it. */
function watchMemory(): () => number {
  let most = 0;
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${workshop.pictures.decoderPid ?? 0}/status`, 'utf8');
      most = Math.max(most, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // it is gone
    }
  };
  const watch = setInterval(look, 5);
  return () => {
    clearInterval(watch);
    look();
    return most;
  };
}

describe.each(hostilePictures)('$name', ({ mediaType, bytes: promised, comes }) => {
  test('costs nobody else anything', async () => {
    const bytes = await promised;
    const most = watchMemory();
    const measured = (await workshop.measure(bytes, mediaType)) as
      { width: number; height: number } | undefined;
    if (measured) expect(measured.width * measured.height).toBeLessThan(50_000_001);
    for (const format of variantFormats) {
      const found = workshop.find(bytes, mediaType, { width: 320, format });
      expect(comes).toContain(await codeOf(found));
      const path = await found.then(
        (variant) => variant.path,
        () => undefined,
      );
      if (path !== undefined) {
        expect((await sharp(path).metadata()).width).toBeLessThan(321);
        expect(readFileSync(path).includes('alert(')).toBe(false);
      }
    }
    expect(most()).toBeLessThan(decoderLimits.memoryBytes + slackBytes);
    const next = pngOf({ width: 20, height: 20 }, rowsOf(20, 60, bytes.length % 256));
    expect(await codeOf(workshop.find(next, 'image/png', { width: 80, format: 'webp' }))).toBe('found');
  });
});

test('what is refused is told in words for a client: no path, and not long', async () => {
  for (const { mediaType, bytes } of hostilePictures) {
    const refusal = await workshop.find(await bytes, mediaType, { width: 320, format: 'webp' }).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
    expect(refusal.length).toBeLessThan(400);
    expect(refusal).not.toMatch(/tmp|palimpsest|\n/);
  }
});
