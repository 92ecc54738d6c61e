import { declare, hide, migration } from '../../src/schema/migration.js';
import type { CreatePage } from '../../src/commands/pages/create-page.js';
import type { SavePage } from '../../src/commands/pages/save-page.js';
import { ladderOf } from '../schema/ladder-of.js';
import { createPage, savePage, sent } from './commands.js';

/** Pages have a picture; then it is called a photo, and there is a related page, and a block with a picture. */
export const referring = ladderOf(
  declare({
    title: 'Pictures',
    types: {
      page: {
        type: 'object',
        properties: { picture: { type: 'string', 'x-reference': 'asset' }, body: { $ref: 'blocks' } },
      },
      plain: { type: 'object' },
    },
    blocks: { text: { type: 'object' } },
  }),
  migration({
    title: 'Photos',
    types: {
      page: (type) =>
        type.rename({ picture: 'photo' }).add('related', { type: 'string', 'x-reference': 'page' }),
    },
    blocks: {
      add: {
        figure: hide({ type: 'object', properties: { of: { type: 'string', 'x-reference': 'asset' } } }),
      },
    },
  }),
);

/** A page of that ladder, at the top level unless `parent` says otherwise. */
export function pageWith(
  id: string,
  content: object,
  { parent, schemaVersion = 2 }: { readonly parent?: string; readonly schemaVersion?: number } = {},
): CreatePage {
  const document = sent(content as never);
  return createPage(id, parent === undefined ? {} : { parent }, { type: 'page', schemaVersion, document });
}

export function saveWith(id: string, content: object, schemaVersion = 2): SavePage {
  return { ...savePage(id, null, content as never), schemaVersion };
}
