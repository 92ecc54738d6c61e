import { readFileSync } from 'node:fs';
import type { Sharp } from 'sharp';
import { recipe, variantFormats, variantWidths } from '../../../src/files/pictures/variant.js';
import { chunk, gifOf, pngOf, rowsOf, type PngHead } from './samples.js';
import { codeOf, makeWorkshop, sharp } from './workshop.js';

const workshop = makeWorkshop();

/** Left half red, right half blue. */
function halves(width: number, height: number): Sharp {
  const blue = { create: { width: width / 2, height, channels: 3, background: '#00f' } } as const;
  return sharp({ create: { width, height, channels: 3, background: '#f00' } })
    .composite([{ input: blue, left: width / 2, top: 0 }])
    .removeAlpha();
}

async function pixelOf(path: string, x: number, y: number): Promise<readonly number[]> {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + info.channels)];
}

/** As near as lossy formats come. */
function expectColour(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  expect(Math.max(...found.map((value, index) => Math.abs(value - (wanted[index] ?? NaN))))).toBeLessThan(32);
}

test('the recipe names the version of sharp that is installed', () => {
  const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    optionalDependencies: { sharp: string };
  };
  expect(recipe).toMatch(`sharp-${optionalDependencies.sharp}-`);
});

describe.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('A picture of format %s', (format) => {
  test.each(variantFormats)('becomes %s', async (wanted) => {
    const bytes = await halves(400, 200).toFormat(format).toBuffer();
    const found = await workshop.find(bytes, `image/${format}`, { width: 160, format: wanted });
    expect(found.bytes).toBe(readFileSync(found.path).length);
    const made = await sharp(found.path).metadata();
    expect(made).toMatchObject({ format: wanted, width: 160, height: 80, space: 'srgb' });
    expectColour((await pixelOf(found.path, 20, 40)).slice(0, 3), [255, 0, 0]);
    expectColour((await pixelOf(found.path, 140, 40)).slice(0, 3), [0, 0, 255]);
  });

  test('is measured', async () => {
    const bytes = await halves(400, 200).toFormat(format).toBuffer();
    expect(await workshop.measure(bytes, `image/${format}`)).toEqual({ width: 400, height: 200 });
  });
});

describe('A variant', () => {
  test('is never larger than the picture', async () => {
    const bytes = await halves(100, 50).png().toBuffer();
    const { path } = await workshop.find(bytes, 'image/png', { width: 2560, format: 'webp' });
    expect(await sharp(path).metadata()).toMatchObject({ width: 100, height: 50 });
  });

  test.each(variantWidths)('is %d pixels wide', async (width) => {
    const bytes = await halves(3000, 30).png().toBuffer();
    const { path } = await workshop.find(bytes, 'image/png', { width, format: 'png' });
    expect((await sharp(path).metadata()).width).toBe(width);
  });

  test('of a picture that is very tall is as tall as its format holds', async () => {
    const bytes = await sharp({ create: { width: 100, height: 30_000, channels: 3, background: '#0f0' } })
      .png()
      .toBuffer();
    const { path } = await workshop.find(bytes, 'image/png', { width: 80, format: 'webp' });
    expect(await sharp(path).metadata()).toMatchObject({ height: 16_383, width: 55 });
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('and its measure stand as orientation %d says', async (orientation) => {
    const bytes = await halves(200, 100).jpeg().withMetadata({ orientation }).toBuffer();
    const isTurned = orientation > 4;
    const shown = isTurned ? { width: 100, height: 200 } : { width: 200, height: 100 };
    expect(await workshop.measure(bytes, 'image/jpeg')).toEqual(shown);
    const { path } = await workshop.find(bytes, 'image/jpeg', { width: 80, format: 'png' });
    const made = await sharp(path).metadata();
    expect(made).toMatchObject(isTurned ? { width: 80, height: 160 } : { width: 80, height: 40 });
    expect(made.orientation).toBeUndefined();
    const turned = await sharp(bytes).autoOrient().raw().toBuffer({ resolveWithObject: true });
    expectColour(await pixelOf(path, 4, 4), [...turned.data.subarray(0, 3)]);
  });

  test('has nothing of what else the file says', async () => {
    const bytes = await halves(200, 100)
      .jpeg()
      .withExif({
        IFD0: { Copyright: 'somebody', Artist: 'somebody' },
        IFD3: { GPSLatitude: '52/1 30/1 0/1' },
      })
      .withXmp('<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .withIccProfile('p3')
      .toBuffer();
    for (const format of variantFormats) {
      const { path } = await workshop.find(bytes, 'image/jpeg', { width: 80, format });
      const { exif, xmp, icc, iptc } = await sharp(path).metadata();
      expect({ exif, xmp, icc, iptc }).toEqual({});
      expect(readFileSync(path).includes('somebody')).toBe(false);
    }
  });

  test('has the colours that a profile means', async () => {
    const plain = sharp({
      create: { width: 100, height: 100, channels: 3, background: { r: 0, g: 200, b: 0 } },
    });
    const bytes = await plain.withIccProfile('p3').png().toBuffer();
    const raw = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect(raw[0]).toBeGreaterThan(50); // sRGB's green is another one's mixture
    const { path } = await workshop.find(bytes, 'image/png', { width: 80, format: 'png' });
    const [red = 255, green = 0, blue = 255] = await pixelOf(path, 40, 40);
    expect([red < 10, Math.abs(green - 200) < 5, blue < 10]).toEqual([true, true, true]);
  });

  test('keeps what can be seen through, and stands on white where it can not', async () => {
    const bytes = await sharp({
      create: { width: 200, height: 100, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } },
    })
      .png()
      .toBuffer();
    for (const format of ['png', 'webp'] as const) {
      const { path } = await workshop.find(bytes, 'image/png', { width: 80, format });
      expectColour(await pixelOf(path, 40, 20), [255, 0, 0, 128]);
    }
    const { path } = await workshop.find(bytes, 'image/png', { width: 80, format: 'jpeg' });
    expectColour(await pixelOf(path, 40, 20), [255, 128, 128]);
  });

  test('has 8 bits where the picture has 16', async () => {
    const bytes = await halves(200, 100).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    for (const format of variantFormats) {
      const { path } = await workshop.find(bytes, 'image/png', { width: 80, format });
      expect((await sharp(path).metadata()).depth).toBe('uchar');
      expectColour(await pixelOf(path, 10, 20), [255, 0, 0]);
    }
  });

  test('shows in red, green and blue what is for print', async () => {
    const bytes = await halves(200, 100).toColourspace('cmyk').jpeg().toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    const { path } = await workshop.find(bytes, 'image/jpeg', { width: 80, format: 'webp' });
    expect((await sharp(path).metadata()).space).toBe('srgb');
    const [red = 0, green = 255, blue = 255] = await pixelOf(path, 10, 20);
    expect([red > 180, green < 80, blue < 80]).toEqual([true, true, true]);
  });

  test('shows the first of pictures that move', async () => {
    const frames = [
      halves(80, 40),
      sharp({ create: { width: 80, height: 40, channels: 3, background: '#0f0' } }),
    ];
    const join = await Promise.all(frames.map((frame) => frame.png().toBuffer()));
    for (const format of ['gif', 'webp'] as const) {
      const bytes = await sharp(join, { join: { animated: true } })
        [format]()
        .toBuffer();
      expect((await sharp(bytes).metadata()).pages).toBe(2);
      expect(await workshop.measure(bytes, `image/${format}`)).toEqual({ width: 80, height: 40 });
      const { path } = await workshop.find(bytes, `image/${format}`, { width: 80, format: 'webp' });
      const made = await sharp(path).metadata();
      expect(made).toMatchObject({ width: 80, height: 40 });
      expect(made.pages ?? 1).toBe(1);
      expectColour((await pixelOf(path, 4, 20)).slice(0, 3), [255, 0, 0]);
    }
  });
});

describe('An odd PNG', () => {
  const palette = chunk('PLTE', Buffer.from([255, 0, 0, 0, 0, 255]));
  const odd: readonly [string, PngHead, Buffer, Buffer[]][] = [
    ['one pixel', { width: 1, height: 1 }, rowsOf(1, 3), []],
    ['one row', { width: 500, height: 1 }, rowsOf(1, 1500), []],
    ['one column', { width: 1, height: 500 }, rowsOf(500, 3), []],
    ['1 bit of grey', { width: 20, height: 20, bits: 1, colour: 0 }, rowsOf(20, 3, 0xaa), []],
    ['2 bits of grey', { width: 20, height: 20, bits: 2, colour: 0 }, rowsOf(20, 5, 0x1b), []],
    ['4 bits of grey', { width: 20, height: 20, bits: 4, colour: 0 }, rowsOf(20, 10, 0x3c), []],
    ['16 bits of grey', { width: 20, height: 20, bits: 16, colour: 0 }, rowsOf(20, 40, 7), []],
    ['a palette of 1 bit', { width: 20, height: 20, bits: 1, colour: 3 }, rowsOf(20, 3, 0xaa), [palette]],
    ['a palette', { width: 20, height: 20, colour: 3 }, rowsOf(20, 20, 1), [palette]],
    [
      'a palette to see through',
      { width: 20, height: 20, colour: 3 },
      rowsOf(20, 20, 1),
      [palette, chunk('tRNS', Buffer.from([255, 0]))],
    ],
    ['16 bits of grey to see through', { width: 20, height: 20, bits: 16, colour: 4 }, rowsOf(20, 80, 9), []],
    [
      '16 bits of colour to see through',
      { width: 20, height: 20, bits: 16, colour: 6 },
      rowsOf(20, 160, 9),
      [],
    ],
    [
      'a gamma',
      { width: 20, height: 20 },
      rowsOf(20, 60, 9),
      [chunk('gAMA', Buffer.from([0, 0, 0xb1, 0x8f]))],
    ],
    [
      'a chunk that nobody knows',
      { width: 20, height: 20 },
      rowsOf(20, 60, 9),
      [chunk('prVt', Buffer.alloc(9))],
    ],
  ];

  test.each(odd)('of %s becomes each format', async (_of, head, rows, before) => {
    const bytes = pngOf(head, rows, before);
    const { width, height } = head;
    expect(await workshop.measure(bytes, 'image/png')).toEqual({ width, height });
    for (const format of variantFormats) {
      const { path } = await workshop.find(bytes, 'image/png', { width: 2560, format });
      expect(await sharp(path).metadata()).toMatchObject({ width, height, depth: 'uchar', space: 'srgb' });
    }
  });

  const wrong: readonly [string, PngHead, Buffer, Buffer[]][] = [
    ['no width', { width: 0, height: 20 }, rowsOf(20, 0), []],
    ['3 bits', { width: 20, height: 20, bits: 3, colour: 0 }, rowsOf(20, 8), []],
    ['a colour type that there is not', { width: 20, height: 20, colour: 7 }, rowsOf(20, 60), []],
    ['a palette that is missing', { width: 20, height: 20, colour: 3 }, rowsOf(20, 20, 1), []],
    ['too few rows', { width: 20, height: 20 }, rowsOf(10, 60), []],
  ];

  test.each(wrong)('of %s is no picture', async (_of, head, rows, before) => {
    const bytes = pngOf(head, rows, before);
    expect(await codeOf(workshop.find(bytes, 'image/png', { width: 320, format: 'webp' }))).toBe(
      'not-a-picture',
    );
  });

  test('of a wrong sum is no picture', async () => {
    const bytes = pngOf({ width: 20, height: 20 }, rowsOf(20, 60));
    bytes[bytes.length - 14] = (bytes.at(-14) ?? 0) ^ 1;
    expect(await codeOf(workshop.find(bytes, 'image/png', { width: 320, format: 'webp' }))).toBe(
      'not-a-picture',
    );
  });
});

test('a GIF whose frames are smaller than its screen is as large as its screen', async () => {
  const bytes = gifOf(300, 200, 3);
  expect(await workshop.measure(bytes, 'image/gif')).toEqual({ width: 300, height: 200 });
  const { path } = await workshop.find(bytes, 'image/gif', { width: 80, format: 'png' });
  expect(await sharp(path).metadata()).toMatchObject({ width: 80, height: 53 });
});
