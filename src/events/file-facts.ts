import { described, hash, members, optional, text, whole, type ValueOf } from './shape.js';

/** Characters of a file's name. */
export const fileNameLimit = 255;
/** Characters of a media type. */
const mediaTypeLimit = 100;

/**
 * What a file is, as it was found when it arrived. The bytes lie under `content/` by their hash (`sha256`, in hex); what people call
 * them is told here and stands in no file's name. `type`: of the bytes, whatever was said of them. `width`, `height`: pixels of a
 * picture as it is shown; absent where they are not known.
 */
export const fileFacts = members({
  sha256: hash,
  bytes: whole,
  type: described('The media type', text(mediaTypeLimit, 3)),
  name: text(fileNameLimit, 1),
  width: optional(whole),
  height: optional(whole),
});
export type FileFacts = ValueOf<typeof fileFacts>;
