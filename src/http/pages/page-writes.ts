import type { PageWriteRoute } from '../routing/write-route.js';
import { createPage } from './create-page.js';
import { deletePage } from './delete-page.js';
import { labelVersion, unlabelVersion } from './label-version.js';
import { movePage } from './move-page.js';
import { patchContent } from './patch-content.js';
import { protectPage, unprotectPage } from './protect-page.js';
import { publishPage } from './publish-page.js';
import { restorePage } from './restore-page.js';
import { saveContent } from './save-content.js';
import { undeletePage } from './undelete-page.js';
import { unpublishPage } from './unpublish-page.js';

/** Every way to write one page; all of them may be items of a batch. */
export const pageWrites: readonly PageWriteRoute[] = [
  createPage,
  saveContent,
  patchContent,
  restorePage,
  movePage,
  publishPage,
  unpublishPage,
  protectPage,
  unprotectPage,
  labelVersion,
  unlabelVersion,
  deletePage,
  undeletePage,
];
