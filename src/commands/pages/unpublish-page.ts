import { onPage, requireNotDeleted, requirePage, type Rule } from '../decision.js';

/** Readers don't see the page any more. */
export interface UnpublishPage {
  readonly kind: 'unpublish-page';
  readonly page: string;
}

export const unpublishPage: Rule<UnpublishPage> = (command, situation) => {
  const page = requirePage(command.page, situation);
  requireNotDeleted(page);
  return page.publishedVersion === null ? [] : [onPage(page, { type: 'PageUnpublished', data: {} })];
};
