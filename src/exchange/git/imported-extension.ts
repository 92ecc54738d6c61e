import { extname } from 'node:path/posix';
import type { ChangeSetHead } from '../../events/event.js';
import type { PageState } from '../../events/page.js';
import { defaultMatch } from './read-history.js';

/**
 * What the name of a page's file ended in that was imported without its extension: the first that was looked for, as
 * nothing else is known of it. Empty for pages that have their whole name, as those where two files wanted the same.
 */
export function importedExtension({ type, place }: PageState, source: ChangeSetHead['source']): string {
  if (type !== 'document' || !place || source?.extension !== 'stripped') return '';
  const [, several, one] = /\.(?:\{([\w,]+)\}|(\w+))$/.exec(source.match ?? defaultMatch) ?? [];
  const extensions = (several ?? one ?? 'md').split(',').map((name) => `.${name}`);
  return extensions.includes(extname(place.slug)) ? '' : (extensions[0] ?? '');
}
