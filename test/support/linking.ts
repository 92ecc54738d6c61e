import type { CreatePage } from '../../src/commands/pages/create-page.js';
import type { SavePage } from '../../src/commands/pages/save-page.js';
import { assetType } from '../../src/schema/asset-content.js';
import { createPage, savePage, sent } from './commands.js';
import { ladder } from './ladder.js';

const schemaVersion = ladder.finalized;

interface Where {
  readonly parent?: string | null;
  readonly slug?: string;
}

/** A document of which nothing is known but its Markdown. */
export function documentWith(id: string, body: string, where: Where = {}): CreatePage {
  return createPage(id, where, { schemaVersion, document: sent({ title: id, body }) });
}

export function bodySaved(id: string, body: string): SavePage {
  return { ...savePage(id, null, { title: id, body }), schemaVersion };
}

/** An asset whose file nobody will ask for. */
export function assetAt(id: string, where: Where = {}): CreatePage {
  const file = { sha256: '0'.repeat(64), bytes: 1, type: 'image/png', name: `${id}.png` };
  return createPage(id, where, { type: assetType, schemaVersion, document: sent({}), file });
}
