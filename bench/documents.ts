/**
 * The documents that every benchmark writes and reads: type `document`, about 2 KB as JSON, twenty sentences.
 * Each version rewrites one sentence, as an editor would, so that a store of differences is neither helped nor
 * cheated. The same page and version give the same bytes on every machine.
 */
import { createHash } from 'node:crypto';

const sentences = 20;
const wordsInASentence = 14;

const words =
  'archive autumn before bridge campus chapter council course deadline department doctoral evening faculty field garden history institute journal language lecture library message morning museum network notice office paper people physics portal project reading record research river school science season seminar student summer theory Thursday tutor under university visitor weather window winter workshop'.split(
    ' ',
  );

/** The UUID of the page with that number (0, 1, 2 …). */
export function pageId(page: number): string {
  const hex = createHash('sha256').update(`page ${page}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The page's document as JSON text in ASCII at that content version (1, 2, 3 …); no two versions are equal. */
export function documentText(page: number, version: number): string {
  const body: string[] = [];
  for (let place = 0; place < sentences; place += 1) {
    const age = (((version - place) % sentences) + sentences) % sentences;
    body.push(sentence(page, place, Math.max(0, version - age)));
  }
  return `{"title":"Page ${page}","body":"${body.join(' ')}"}`;
}

/** The version stands in the words, so that rewriting a sentence always changes it. */
function sentence(page: number, place: number, version: number): string {
  let state = (Math.imul(page + 1, 0x9e3779b1) ^ Math.imul(version * sentences + place + 1, 0x85ebca6b)) | 1;
  let text = `In ${version}`;
  for (let word = 1; word < wordsInASentence; word += 1) {
    // xorshift32 (Marsaglia, "Xorshift RNGs", 2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    text += ' ' + (words[(state >>> 8) % words.length] ?? '');
  }
  return text + '.';
}
