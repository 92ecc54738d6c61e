import { chunk, pngHead, pngOf, pngSignature, rowsOf, type PngHead } from '../samples.js';
import { loopingExif, boundlessExif } from './exif.js';
import { any, broken, deflated, refused, tooLarge, type HostilePicture } from './hostile-picture.js';

async function inflatingPng(head: PngHead, bytes: number): Promise<Buffer> {
  return Buffer.concat([pngSignature, pngHead(head), chunk('IDAT', await deflated(bytes)), chunk('IEND')]);
}

const smallPng = pngOf({ width: 20, height: 20 }, rowsOf(20, 60));

function pngWith(...chunks: readonly Buffer[]): Buffer {
  return pngOf({ width: 20, height: 20 }, rowsOf(20, 60), chunks);
}

const png = 'image/png';

export const hostilePngs: readonly HostilePicture[] = [
  {
    name: 'a PNG that claims 50,000 × 50,000',
    mediaType: png,
    bytes: pngOf({ width: 50_000, height: 50_000 }, Buffer.alloc(9)),
    comes: tooLarge,
  },
  {
    name: 'a PNG that has 50,000 × 50,000',
    mediaType: png,
    bytes: inflatingPng({ width: 50_000, height: 50_000, bits: 1, colour: 0 }, 50_000 * 6_251),
    comes: tooLarge,
  },
  {
    name: 'a PNG of as many pixels as may be, each of 8 bytes, all at once',
    mediaType: png,
    bytes: inflatingPng(
      { width: 7_071, height: 7_071, bits: 16, colour: 6, interlaced: true },
      7_071 * 7_071 * 8 + 20_000,
    ),
    comes: any,
  },
  {
    name: 'a PNG of as many pixels as may be, row by row',
    mediaType: png,
    bytes: inflatingPng({ width: 7_071, height: 7_071, bits: 16, colour: 6 }, 7_071 * (7_071 * 8 + 1)),
    comes: any,
  },
  {
    name: 'a PNG that inflates to more than it says',
    mediaType: png,
    bytes: inflatingPng({ width: 20, height: 20 }, 300_000_000),
    comes: any,
  },
  {
    name: 'a PNG of one row',
    mediaType: png,
    bytes: inflatingPng({ width: 49_999_999, height: 1, bits: 16, colour: 6 }, 49_999_999 * 8 + 1),
    comes: refused,
  },
  {
    name: 'a PNG of one column',
    mediaType: png,
    bytes: inflatingPng({ width: 1, height: 9_999_999, bits: 1, colour: 0 }, 9_999_999 * 2),
    comes: any,
  },
  {
    name: 'a PNG of more pixels than numbers hold',
    mediaType: png,
    bytes: pngOf({ width: 0xffffffff, height: 0xffffffff }, Buffer.alloc(9)),
    comes: refused,
  },
  {
    name: 'a PNG with a profile of 100 MB',
    mediaType: png,
    bytes: deflated(100_000_000).then((data) =>
      pngWith(chunk('iCCP', Buffer.concat([Buffer.from('x\0\0', 'latin1'), data]))),
    ),
    comes: any,
  },
  {
    name: 'a PNG with a text of 300 MB',
    mediaType: png,
    bytes: deflated(300_000_000, 120).then((data) =>
      pngWith(chunk('zTXt', Buffer.concat([Buffer.from('x\0\0', 'latin1'), data]))),
    ),
    comes: any,
  },
  {
    name: 'a PNG with 20,000 texts',
    mediaType: png,
    bytes: pngWith(...Array<Buffer>(20_000).fill(chunk('tEXt', Buffer.from('name\0text', 'latin1')))),
    comes: any,
  },
  {
    name: 'a PNG with EXIF that leads to itself',
    mediaType: png,
    bytes: pngWith(chunk('eXIf', loopingExif())),
    comes: any,
  },
  {
    name: 'a PNG with EXIF that ends nowhere',
    mediaType: png,
    bytes: pngWith(chunk('eXIf', boundlessExif())),
    comes: any,
  },
  {
    name: 'a PNG whose chunk says that it has 2 GiB',
    mediaType: png,
    bytes: Buffer.concat([
      smallPng.subarray(0, 33),
      Buffer.from('7fffffff49444154', 'hex'),
      smallPng.subarray(41),
    ]),
    comes: broken,
  },
  { name: 'a PNG that is cut off', mediaType: png, bytes: smallPng.subarray(0, -20), comes: broken },
  { name: 'a PNG of its signature', mediaType: png, bytes: pngSignature, comes: broken },
];
