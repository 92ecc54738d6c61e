import { any, avif, broken, jpeg, refused, webp, type HostilePicture } from './hostile-picture.js';

function riff(...chunks: readonly (readonly [string, Buffer])[]): Buffer {
  const body = Buffer.concat([
    Buffer.from('WEBP'),
    ...chunks.map(([name, data]) => {
      const head = Buffer.alloc(8);
      head.write(name, 'latin1');
      head.writeUInt32LE(data.length, 4);
      return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
    }),
  ]);
  const head = Buffer.from('RIFF\0\0\0\0', 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

const ftyp = box('ftyp', Buffer.from('avif\0\0\0\0avifmif1miaf', 'latin1'));

function nestedBoxes(levels: number): Buffer {
  let inner: Buffer = Buffer.alloc(0);
  for (let level = 0; level < levels; level += 1) inner = box('meta', Buffer.alloc(4), inner);
  return inner;
}

/** An AVIF whose item says that it has other dimensions. */
function avifThatClaims(width: number, height: number): Buffer {
  const bytes = Buffer.from(avif);
  const place = bytes.indexOf('ispe');
  bytes.writeUInt32BE(width, place + 8);
  bytes.writeUInt32BE(height, place + 12);
  return bytes;
}

export const hostileWebpsAndAvifs: readonly HostilePicture[] = [
  {
    name: 'a WebP of noise',
    mediaType: 'image/webp',
    bytes: riff(['VP8 ', jpeg.subarray(0, 2_000)]),
    comes: broken,
  },
  {
    name: 'a WebP that claims 16,384 × 16,384',
    mediaType: 'image/webp',
    bytes: riff(['VP8X', Buffer.from('10000000ff3f00ff3f00', 'hex')], ['VP8 ', webp.subarray(20)]),
    comes: refused,
  },
  {
    name: 'a WebP that is cut off',
    mediaType: 'image/webp',
    bytes: webp.subarray(0, webp.length / 2),
    comes: broken,
  },
  {
    name: 'an AVIF of 10,000 boxes in each other',
    mediaType: 'image/avif',
    bytes: Buffer.concat([ftyp, nestedBoxes(10_000)]),
    comes: broken,
  },
  {
    name: 'an AVIF that claims 65,535 × 65,535',
    mediaType: 'image/avif',
    bytes: avifThatClaims(65_535, 65_535),
    comes: refused,
  },
  {
    name: 'an AVIF that claims 7,000 × 7,000',
    mediaType: 'image/avif',
    bytes: avifThatClaims(7_000, 7_000),
    comes: any,
  },
  {
    name: 'an AVIF that is cut off',
    mediaType: 'image/avif',
    bytes: avif.subarray(0, avif.length / 2),
    comes: broken,
  },
  { name: 'a WebP of nothing', mediaType: 'image/webp', bytes: riff(), comes: broken },
  { name: 'an AVIF of its brand', mediaType: 'image/avif', bytes: ftyp, comes: broken },
  { name: 'an AVIF of noise', mediaType: 'image/avif', bytes: Buffer.concat([ftyp, jpeg]), comes: broken },
];
