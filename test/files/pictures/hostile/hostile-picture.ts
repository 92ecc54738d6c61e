import { createDeflate } from 'node:zlib';
import { noise } from '../workshop.js';

/** What it comes to: the code of a refusal, or 'found' where something harmless can be made of it. */
type Comes = 'not-a-picture' | 'picture-too-large' | 'found';

export interface HostilePicture {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Buffer | Promise<Buffer>;
  /** Any of these. */
  readonly comes: readonly Comes[];
}

export const broken: readonly Comes[] = ['not-a-picture'];
export const tooLarge: readonly Comes[] = ['picture-too-large'];
export const refused: readonly Comes[] = [...broken, ...tooLarge];
export const any: readonly Comes[] = ['found', ...refused];

/** So many bytes of one value, deflated, without having all of them in memory. */
export async function deflated(bytes: number, value = 0): Promise<Buffer> {
  const deflate = createDeflate({ level: 9 });
  const parts: Buffer[] = [];
  deflate.on('data', (part: Buffer) => parts.push(part));
  const piece = Buffer.alloc(1024 * 1024, value);
  for (let left = bytes; left > 0; left -= piece.length) {
    const isTaken = deflate.write(left < piece.length ? piece.subarray(0, left) : piece);
    if (!isTaken) await new Promise((resolve) => deflate.once('drain', resolve));
  }
  deflate.end();
  await new Promise((resolve) => deflate.once('end', resolve));
  return Buffer.concat(parts);
}

export const photo = noise(600, 400);
export const jpeg = await photo.jpeg().toBuffer();
export const webp = await photo.webp().toBuffer();
export const avif = await photo.avif({ effort: 0 }).toBuffer();
export const gif = await photo.gif().toBuffer();
