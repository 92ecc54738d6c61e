import type { FileFacts } from '../../events/file-facts.js';
import { markdownTitle } from './markdown-title.js';

/** The types of pages that files are. */
export const ofFiles: ReadonlySet<string> = new Set(['document', 'asset']);

/** What a page is made of. `text`: the document; `file`: of an asset. */
export interface FileContent {
  readonly type: string;
  readonly text: string;
  readonly file?: FileFacts;
}

/** What a file is as a page: an asset that is its bytes, or a document of its text. */
export function contentOf(
  { text, file }: { readonly text: string; readonly file?: FileFacts },
  fileName: string,
): FileContent {
  if (file) return { type: 'asset', text: '{}', file };
  return { type: 'document', text: documentText(text, fileName) };
}

/** `body` is the file's text, byte for byte. */
export function documentText(text: string, fileName: string): string {
  return JSON.stringify({ title: markdownTitle(text) ?? fileName, body: text });
}
