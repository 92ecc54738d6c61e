import type { Access } from '../../access/access.js';
import type { Answer } from '../edge/problem.js';
import { vary } from './page-answer.js';

/** What a list, or the tree, shows. */
interface ShownPages {
  /** The last position that changed anything in it, as far as that is known. */
  readonly changedPosition: number;
  /** By which a shared cache may be purged of it. */
  readonly surrogateKey: 'list' | 'tree';
  /** Of contents, where there are some. */
  readonly schemaVersion?: number;
}

/** Several pages. Its tag is another for whom other things are shown. */
export function pagesAnswer(
  body: string,
  access: Access,
  { changedPosition, surrogateKey, schemaVersion }: ShownPages,
): Answer {
  const at = schemaVersion === undefined ? '' : `-s${schemaVersion}`;
  return {
    status: 200,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      etag: `"p${changedPosition}${at}-${access.key}"`,
      vary,
      'cache-control': access.isReader ? 'public, max-age=0, must-revalidate' : 'private, no-cache',
      ...(schemaVersion !== undefined && { 'schema-version': String(schemaVersion) }),
      ...(access.isReader && { 'surrogate-key': surrogateKey }),
    },
    body,
  };
}
