import { crc32, deflateSync } from 'node:zlib';

/** A chunk of a PNG (ISO/IEC 15948 §5.3). */
export function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, 'latin1');
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), data])));
  return Buffer.concat([head, data, sum]);
}

export interface PngHead {
  readonly width: number;
  readonly height: number;
  readonly bits?: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. */
  readonly colour?: number;
  readonly interlaced?: boolean;
}

export const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex');

export function pngHead({ width, height, bits = 8, colour = 2, interlaced = false }: PngHead): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([bits, colour, 0, 0, interlaced ? 1 : 0], 8);
  return chunk('IHDR', data);
}

/** A PNG of those rows, each with its filter's byte in front; `before` stands between its head and its pixels. */
export function pngOf(head: PngHead, rows: Buffer, before: readonly Buffer[] = []): Buffer {
  return Buffer.concat([
    pngSignature,
    pngHead(head),
    ...before,
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND'),
  ]);
}

/** Rows of one byte, packed: so many bytes a row. */
export function rowsOf(height: number, rowBytes: number, value = 0): Buffer {
  const rows = Buffer.alloc(height * (rowBytes + 1), value);
  for (let row = 0; row < height; row += 1) rows[row * (rowBytes + 1)] = 0;
  return rows;
}

/** A GIF of so many frames of one pixel's colour each (GIF89a). */
export function gifOf(width: number, height: number, frames: number): Buffer {
  const screen = Buffer.alloc(13);
  screen.write('GIF89a', 'latin1');
  screen.writeUInt16LE(width, 6);
  screen.writeUInt16LE(height, 8);
  screen[10] = 0x80;
  const colours = Buffer.from([255, 0, 0, 0, 0, 255]);
  const control = Buffer.from([0x21, 0xf9, 4, 0, 1, 0, 0, 0]);
  const place = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0]);
  const pixel = Buffer.from([2, 2, 0x44, 1, 0]);
  const frame = Buffer.concat([control, place, pixel]);
  return Buffer.concat([screen, colours, ...Array<Buffer>(frames).fill(frame), Buffer.from([0x3b])]);
}
