import type { Access } from '../access/access.js';
import { Refusal } from '../refusal.js';
import type { JsonValue } from '../schema/json/json.js';
import type { PageView } from './page-view.js';
import { pickFields, type Fields } from './pick-fields.js';
import type { ReadModel } from './read-model.js';

export interface ListedPage {
  readonly view: PageView;
  /** What was asked for of it, as JSON; absent where nothing was, or it was erased. */
  readonly content?: string;
}

/** Of the documents that are read for one answer; the first is read whatever it has. */
const bytesLimit = 16 * 1024 * 1024;

/**
 * Pages with parts of their contents: the first of those given, as many as fit.
 * @param at as of which position they were found; now, when absent
 * @throws TooDear before anything is parsed but what is converted
 */
export function listedContents(
  model: ReadModel,
  access: Access,
  pages: readonly PageView[],
  { fields, schemaVersion }: { readonly fields: Fields; readonly schemaVersion: number },
  at: number | undefined,
): readonly ListedPage[] {
  const read: { readonly view: PageView; readonly text: string | undefined }[] = [];
  let bytes = 0;
  let convertedBytes = 0;
  const requireBearable = (more: number): void => {
    convertedBytes += more;
    model.requireShort(convertedBytes);
  };
  const seenAs = (view: PageView) =>
    at !== undefined ? 'past' : access.sightOf(view) === 'published' ? 'published' : 'latest';
  for (const view of pages) {
    const text = erasedIsNothing(() =>
      model.shownContent(model.pages.withContent(view, seenAs(view)), schemaVersion, requireBearable),
    );
    bytes += text?.length ?? 0;
    model.requireModest(bytes);
    if (bytes > bytesLimit && read.length > 0) break;
    read.push({ view, text });
  }
  return read.map(({ view, text }) =>
    text === undefined
      ? { view }
      : { view, content: JSON.stringify(pickFields(JSON.parse(text) as JsonValue, fields)) },
  );
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
