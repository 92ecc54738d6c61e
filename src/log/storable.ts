/** Half of a surrogate pair, which has no UTF-8. */
const loneSurrogate = /\p{Surrogate}/u;

/** A text as it can be stored, and read back the same. The log's chain covers what is stored. */
export function storable(text: string): string {
  return loneSurrogate.test(text) ? Buffer.from(text).toString() : text;
}
