import type { Access } from '../../access/access.js';
import { tagOf } from '../edge/entity-tags.js';
import type { Answer } from '../edge/problem.js';
import { cacheHeaders, vary } from './page-answer.js';

/** What a list, or the tree, shows. */
interface ShownPages {
  /** The last position that changed anything in it, as far as that is known. */
  readonly changedPosition: number;
  /** By which a shared cache may be purged of it. */
  readonly surrogateKey: 'list' | 'tree';
  /** Of contents, where there are some. */
  readonly schemaVersion?: number;
}

/**
 * Several pages. Its tag is another for whom other things are shown. To those who see a part of the site it says nothing of the
 * rest: that anything has changed at all isn't for them to know.
 */
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
      etag: access.isWhole ? `"p${changedPosition}${at}-${access.key}"` : tagOf(body),
      vary,
      ...cacheHeaders(access, access.isViewer),
      ...(schemaVersion !== undefined && { 'schema-version': String(schemaVersion) }),
      ...(access.isReader && { 'surrogate-key': surrogateKey }),
    },
    body,
  };
}
