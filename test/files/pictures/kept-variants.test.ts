import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { variantTag } from '../../../src/files/pictures/variant.js';
import { inBlocks, sweep } from '../../../src/files/pictures/sweep.js';
import { codeOf, makeWorkshop, noise, until } from './workshop.js';

const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);

const noisy = (width: number): Promise<Buffer> => noise(width).png().toBuffer();

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('A kept variant', () => {
  test('is the same file for who asks again, in another process, too', async () => {
    const workshop = makeWorkshop();
    const bytes = await noisy(300);
    const found = await workshop.find(bytes, 'image/png', { width: 160, format: 'webp' });
    const { ino } = statSync(found.path);
    expect(await workshop.find(bytes, 'image/png', { width: 160, format: 'webp' })).toEqual(found);
    expect(statSync(found.path).ino).toBe(ino);
  });

  test('has a tag of its own for each width, format and picture', async () => {
    const workshop = makeWorkshop();
    const tags = new Set<string>();
    for (const bytes of [await noisy(300), await noisy(301)])
      for (const width of [80, 160] as const)
        for (const format of ['webp', 'png'] as const)
          tags.add(variantTag(workshop.keep(bytes), { width, format }));
    expect(tags.size).toBe(8);
    expect([...tags].filter((tag) => !/^[\w.-]+$/.test(tag))).toEqual([]);
  });

  test('is there for its owner alone, and nothing else is', async () => {
    const workshop = makeWorkshop();
    const { path } = await workshop.find(await noisy(300), 'image/png', { width: 160, format: 'webp' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(filesIn(workshop.directory)).toEqual([path]);
  });

  test('whose directory is removed is made again', async () => {
    const workshop = makeWorkshop();
    const bytes = await noisy(300);
    const { path } = await workshop.find(bytes, 'image/png', { width: 160, format: 'webp' });
    for (const gone of [path, dirname(path), workshop.directory]) {
      const before = readFileSync(path);
      rmSync(gone, { recursive: true });
      expect(await codeOf(workshop.find(bytes, 'image/png', { width: 160, format: 'webp' }))).toBe('found');
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });

  test('that can not be written leaves nothing, and is made when it can', async () => {
    const workshop = makeWorkshop();
    const bytes = await noisy(300);
    writeFileSync(workshop.directory, 'in the way');
    await expect(workshop.find(bytes, 'image/png', { width: 160, format: 'webp' })).rejects.toThrow(
      /ENOTDIR|EEXIST/,
    );
    rmSync(workshop.directory);
    expect(await codeOf(workshop.find(bytes, 'image/png', { width: 160, format: 'webp' }))).toBe('found');
    expect(filesIn(workshop.directory)).toHaveLength(1);
  });

  test('that is used is known to be, by the hour', async () => {
    const workshop = makeWorkshop();
    const bytes = await noisy(300);
    const { path } = await workshop.find(bytes, 'image/png', { width: 160, format: 'webp' });
    utimesSync(path, hoursAgo(5), hoursAgo(5));
    await workshop.find(bytes, 'image/png', { width: 160, format: 'webp' });
    expect(statSync(path).mtimeMs).toBeGreaterThan(hoursAgo(1).getTime());
    const recently = hoursAgo(0.5);
    utimesSync(path, recently, recently);
    await workshop.find(bytes, 'image/png', { width: 160, format: 'webp' });
    expect(Math.abs(statSync(path).mtimeMs - recently.getTime())).toBeLessThan(1000);
  });

  test('goes when there are too many, those that were used longest ago first', async () => {
    const workshop = makeWorkshop({ limitBytes: 200_000 });
    const old = join(workshop.directory, 'aa', 'old.webp');
    const older = join(workshop.directory, 'bb', 'older.webp');
    for (const [path, hours] of [
      [old, 5],
      [older, 9],
    ] as const) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, Buffer.alloc(90_000));
      utimesSync(path, hoursAgo(hours), hoursAgo(hours));
    }
    const { path, bytes } = await workshop.find(await noisy(300), 'image/png', { width: 160, format: 'png' });
    expect(bytes).toBeGreaterThan(20_000);
    await until(() => !existsSync(older));
    expect([existsSync(old), existsSync(path)]).toEqual([true, true]);
    for (let width = 301; width < 305; width += 1)
      await workshop.find(await noisy(width), 'image/png', { width: 160, format: 'png' });
    await until(() => !existsSync(old));
    expect(filesIn(workshop.directory).length).toBeGreaterThan(0);
  });
});

describe('A sweep', () => {
  const workshop = makeWorkshop();
  const put = (name: string, bytes: number, hours: number): string => {
    const path = join(workshop.directory, 'aa', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.alloc(bytes));
    utimesSync(path, hoursAgo(hours), hoursAgo(hours));
    return path;
  };

  test('of nothing is nothing', () => {
    expect(sweep(join(workshop.directory, 'nowhere'), 1000, new Date())).toBe(0);
  });

  test('removes what killed processes left, and not what is being written', () => {
    const [left, written, kept] = [put('a.part', 10, 2), put('b.part', 10, 0), put('c.webp', 10, 100)];
    expect(sweep(workshop.directory, 1_000_000, new Date())).toBe(inBlocks(10));
    expect([left, written, kept].map((path) => existsSync(path))).toEqual([false, true, true]);
  });

  test('leaves a tenth of room, and what was used last', () => {
    const paths = Array.from({ length: 20 }, (_, index) => put(`${index}.webp`, 4096, 50 - index));
    expect(sweep(workshop.directory, 10 * 4096, new Date())).toBe(9 * 4096);
    expect(paths.map((path) => existsSync(path))).toEqual(
      Array.from({ length: 20 }, (_, index) => index > 10),
    );
  });
});
