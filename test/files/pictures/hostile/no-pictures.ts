import { deflateSync, gzipSync } from 'node:zlib';
import { broken, deflated, jpeg, photo, type HostilePicture } from './hostile-picture.js';

const svg = (inside: string): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="99" height="99">${inside}</svg>`,
  );

/** A ZIP archive of one file that inflates to so many bytes of zeros. */
async function zipBomb(bytes: number): Promise<Buffer> {
  const data = (await deflated(bytes)).subarray(2, -4);
  const head = Buffer.alloc(30);
  head.write('PK\x03\x04', 'latin1');
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(data.length, 18);
  head.writeUInt32LE(bytes, 22);
  head.writeUInt16LE(1, 26);
  return Buffer.concat([head, Buffer.from('a'), data]);
}

const png = 'image/png';

export const noPictures: readonly HostilePicture[] = [
  {
    name: 'an SVG that leads to a file',
    mediaType: png,
    bytes: svg('<image xlink:href="file:///etc/passwd" width="99" height="99"/>'),
    comes: broken,
  },
  {
    name: 'an SVG of a billion laughs',
    mediaType: png,
    bytes: Buffer.concat([
      Buffer.from(
        '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>',
      ),
      svg('<text>&c;&c;&c;</text>'),
    ]),
    comes: broken,
  },
  {
    name: 'an SVG that is packed',
    mediaType: png,
    bytes: gzipSync(svg('<rect width="9" height="9"/>')),
    comes: broken,
  },
  {
    name: 'a picture of libvips',
    mediaType: png,
    bytes: Buffer.concat([Buffer.from('b6a6f208', 'hex'), Buffer.alloc(5000)]),
    comes: broken,
  },
  {
    name: 'a bitmap in text',
    mediaType: png,
    bytes: Buffer.from('P3 2 2 255 1 2 3 4 5 6 7 8 9 1 2 3'),
    comes: broken,
  },
  {
    name: 'a PDF',
    mediaType: png,
    bytes: Buffer.from('%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF'),
    comes: broken,
  },
  {
    name: 'a drawing that leads to a file',
    mediaType: png,
    bytes: Buffer.from(
      'push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 "/etc/passwd"\npop graphic-context\n',
    ),
    comes: broken,
  },
  { name: 'an SVG with a script', mediaType: png, bytes: svg('<script>alert(1)</script>'), comes: broken },
  { name: 'a ZIP archive of 300 MB of nothing', mediaType: png, bytes: zipBomb(300_000_000), comes: broken },
  { name: 'a stream of 300 MB of nothing', mediaType: png, bytes: deflated(300_000_000), comes: broken },
  { name: 'a TIFF', mediaType: png, bytes: photo.clone().tiff().toBuffer(), comes: broken },
  { name: 'a table of numbers', mediaType: png, bytes: Buffer.from('2 2\n1 2\n3 4\n'), comes: broken },
  { name: 'nothing', mediaType: png, bytes: Buffer.alloc(0), comes: broken },
  { name: 'one byte', mediaType: png, bytes: Buffer.from([0x89]), comes: broken },
  { name: 'noise', mediaType: png, bytes: deflateSync(jpeg), comes: broken },
];
