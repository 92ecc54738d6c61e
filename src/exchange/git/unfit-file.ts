import { levelLimit, pathLimitBytes, slugLimitBytes } from '../../commands/pages/placing.js';
import { documentLimitBytes, slugPattern } from '../../events/limits.js';
import { documentText } from './file-content.js';
import type { Naming } from './file-pages.js';
import { lastName } from './page-tree.js';
import type { Change } from './read-history.js';

/** Why what comes can be no page, as in `has a.png, which …`; null: it can. */
export function faultOfFile(change: Change, { decoder, isAsset }: Naming): string | null {
  if (change.kind === 'delete' || change.text === null) return null;
  const shown = decoder.shown(change.path).text;
  if (change.unfit === 'pointer')
    return `has ${shown} as a pointer of Git LFS, without its bytes (\`git lfs migrate export\` brings these)`;
  if (change.unfit && isAsset?.(change.path))
    return `has ${shown}, which is larger than files of assets may be (PALIMPSEST_FILE_MIB)`;
  const isTooLarge = change.unfit || (!change.file && isLargeDocument(change.text, lastName(shown)));
  return isTooLarge ? `makes a document of more than ${documentLimitBytes} bytes of ${shown}` : null;
}

function isLargeDocument(text: string, fileName: string): boolean {
  // A character of a text is at most six bytes of JSON.
  if (text.length * 6 < documentLimitBytes / 2) return false;
  return Buffer.byteLength(documentText(text, fileName)) > documentLimitBytes;
}

/** What of a path as in `/docs/a.md` the tree of pages has no room for; null: nothing. */
export function faultOfPath(path: string): string | null {
  const names = path.slice(1).split('/');
  const odd = names.find((name) => !slugPattern.test(name) || Buffer.byteLength(name) > slugLimitBytes);
  if (odd !== undefined) return 'which has a name of more than 255 characters';
  if (names.length > levelLimit) return `which is more than ${levelLimit} levels deep`;
  return Buffer.byteLength(path) > pathLimitBytes ? `which is longer than ${pathLimitBytes} bytes` : null;
}
