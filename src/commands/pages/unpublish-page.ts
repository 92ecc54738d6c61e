import {
  onPage,
  requireNotDeleted,
  requirePage,
  requireVersion,
  type MayExpect,
  type Rule,
} from '../decision.js';

/** Readers don't see the page any more. */
export interface UnpublishPage extends MayExpect {
  readonly kind: 'unpublish-page';
  readonly page: string;
}

export const unpublishPage: Rule<UnpublishPage> = (command, situation) => {
  const page = requirePage(command.page, situation);
  requireVersion(page, command.expected, situation);
  requireNotDeleted(page);
  return page.publishedVersion === null ? [] : [onPage(page, { type: 'PageUnpublished', data: {} })];
};
