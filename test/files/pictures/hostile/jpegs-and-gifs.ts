import { gifOf } from '../samples.js';
import { sharp } from '../workshop.js';
import { loopingExif, boundlessExif } from './exif.js';
import { any, broken, gif, jpeg, tooLarge, webp, type HostilePicture } from './hostile-picture.js';

/** A part of a JPEG, between its start and the rest of it (ITU T.81 §B.1.1.4). */
function jpegWith(marker: number, ...parts: readonly Buffer[]): Buffer {
  const segments = parts.map((part) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(part.length + 2, 2);
    return Buffer.concat([head, part]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** The same, and says that it has other dimensions. */
function jpegThatClaims(width: number, height: number): Buffer {
  const bytes = Buffer.from(jpeg);
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  bytes.writeUInt16BE(height, frame + 5);
  bytes.writeUInt16BE(width, frame + 7);
  return bytes;
}

/** A progressive JPEG whose last scan comes so many times. */
async function scanBomb(times: number): Promise<Buffer> {
  const bytes = await sharp({ create: { width: 5000, height: 5000, channels: 3, background: '#345' } })
    .jpeg({ progressive: true })
    .toBuffer();
  const scan = bytes.lastIndexOf(Buffer.from([0xff, 0xda]));
  const end = bytes.length - 2;
  return Buffer.concat([
    bytes.subarray(0, end),
    ...Array<Buffer>(times).fill(bytes.subarray(scan, end)),
    bytes.subarray(end),
  ]);
}

export const hostileJpegsAndGifs: readonly HostilePicture[] = [
  {
    name: 'a GIF of 10,000 frames',
    mediaType: 'image/gif',
    bytes: gifOf(500, 500, 10_000),
    comes: ['found'],
  },
  {
    name: 'a GIF that claims 65,535 × 65,535',
    mediaType: 'image/gif',
    bytes: gifOf(65_535, 65_535, 2),
    comes: any,
  },
  {
    name: 'a GIF of 10,000 large frames',
    mediaType: 'image/gif',
    bytes: gifOf(7_000, 7_000, 10_000),
    comes: any,
  },
  {
    name: 'a GIF that is cut off',
    mediaType: 'image/gif',
    bytes: gif.subarray(0, gif.length / 2),
    comes: any,
  },
  {
    name: 'a GIF of noise',
    mediaType: 'image/gif',
    bytes: Buffer.concat([gif.subarray(0, 1000), webp]),
    comes: any,
  },
  {
    name: 'a GIF that is a script',
    mediaType: 'image/gif',
    bytes: Buffer.from('GIF89a/*\0\0\0*/=alert(document.domain)//;', 'latin1'),
    comes: broken,
  },
  {
    name: 'a JPEG that claims 65,500 × 65,500',
    mediaType: 'image/jpeg',
    bytes: jpegThatClaims(65_500, 65_500),
    comes: tooLarge,
  },
  {
    name: 'a JPEG that claims 7,000 × 7,000',
    mediaType: 'image/jpeg',
    bytes: jpegThatClaims(7_000, 7_000),
    comes: broken,
  },
  {
    name: 'a JPEG that is cut off',
    mediaType: 'image/jpeg',
    bytes: jpeg.subarray(0, jpeg.length / 2),
    comes: broken,
  },
  {
    name: 'a JPEG with EXIF that leads to itself',
    mediaType: 'image/jpeg',
    bytes: jpegWith(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), loopingExif()])),
    comes: any,
  },
  {
    name: 'a JPEG with EXIF that ends nowhere',
    mediaType: 'image/jpeg',
    bytes: jpegWith(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), boundlessExif()])),
    comes: any,
  },
  {
    name: 'a JPEG with 60 MB of XMP',
    mediaType: 'image/jpeg',
    bytes: jpegWith(
      0xe1,
      ...Array<Buffer>(1_000).fill(
        Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0'), Buffer.alloc(60_000, '<')]),
      ),
    ),
    comes: any,
  },
  {
    name: 'a JPEG with a profile of noise in 255 pieces',
    mediaType: 'image/jpeg',
    bytes: jpegWith(
      0xe2,
      ...Array.from({ length: 255 }, (_, index) =>
        Buffer.concat([Buffer.from(`ICC_PROFILE\0`), Buffer.from([index + 1, 255]), webp.subarray(0, 5_000)]),
      ),
    ),
    comes: any,
  },
  {
    name: 'a JPEG that is a page, too',
    mediaType: 'image/jpeg',
    bytes: jpegWith(0xfe, Buffer.from('<script>alert(document.domain)</script>')),
    comes: ['found'],
  },
  { name: 'a GIF without a pixel', mediaType: 'image/gif', bytes: gifOf(0, 0, 1), comes: any },
  { name: 'a JPEG without a pixel', mediaType: 'image/jpeg', bytes: jpegThatClaims(0, 0), comes: broken },
  { name: 'a JPEG of 3,000 scans', mediaType: 'image/jpeg', bytes: scanBomb(3_000), comes: any },
];
