import type { Access } from '../access/access.js';
import { Refusal } from '../refusal.js';
import type { JsonValue } from '../schema/json/json.js';
import { seenNow } from './find-page.js';
import type { FoundPage } from './page-finders.js';
import type { PageView } from './page-view.js';
import { pickFields, type Fields } from './pick-fields.js';
import type { ReadModel } from './read-model.js';

export interface ListedPage {
  readonly view: PageView;
  /** What was asked for of it, as JSON; absent where nothing was, or it was erased. */
  readonly content?: string;
}

/** Of the documents that are read for one answer; the first is read whatever it has. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Pages with parts of their contents: the first of those given, as many as fit.
 * @param at as of which position they were found; now, when absent
 */
export function listedContents(
  model: ReadModel,
  access: Access,
  pages: readonly PageView[],
  { fields, schemaVersion }: { readonly fields: Fields; readonly schemaVersion: number },
  at: number | undefined,
): readonly ListedPage[] {
  const items: ListedPage[] = [];
  let bytes = 0;
  for (const view of pages) {
    const text = erasedIsNothing(() => {
      const found = findAgain(model, access, view.id, at);
      return found && model.shown(found, schemaVersion, at ?? model.position()).content;
    });
    bytes += text?.length ?? 0;
    model.requireShort(bytes);
    if (bytes > mostBytes && items.length > 0) break;
    if (text === undefined) items.push({ view });
    else items.push({ view, content: JSON.stringify(pickFields(JSON.parse(text) as JsonValue, fields)) });
  }
  return items;
}

function findAgain({ pages }: ReadModel, access: Access, id: string, at?: number): FoundPage | undefined {
  return at === undefined ? seenNow(pages, id, access) : pages.asOf(id, at);
}

/** What was erased has no content; the page is listed. */
function erasedIsNothing(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal && error.code === 'purged') return undefined;
    throw error;
  }
}
