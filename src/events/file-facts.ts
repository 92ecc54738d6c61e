import { described, hash, members, optional, text, whole, type Shape } from './shape.js';

/**
 * What a file is, as it was found when it arrived. The bytes lie under `content/` by their hash; what people call them is told here and
 * stands in no file's name.
 */
export interface FileFacts {
  /** Of the bytes, in hex: where they are. */
  readonly sha256: string;
  readonly bytes: number;
  /** The media type that the bytes are of, whatever was said of them. */
  readonly type: string;
  readonly name: string;
  /** Pixels of a picture as it is shown; absent where they are not known. */
  readonly width?: number;
  readonly height?: number;
}

/** Characters of a file's name. */
export const fileNameLimit = 255;
/** Characters of a media type. */
const mediaTypeLimit = 100;

export const fileFacts: Shape<FileFacts> = members({
  sha256: hash,
  bytes: whole,
  type: described('The media type', text(mediaTypeLimit, 3)),
  name: text(fileNameLimit, 1),
  width: optional(whole),
  height: optional(whole),
});
