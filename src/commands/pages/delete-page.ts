import {
  onPage,
  requireNotDeleted,
  requireSubtree,
  requireVersion,
  type ExpectedVersion,
  type Rule,
} from '../decision.js';

/** Takes the page away with everything beneath it; `UndeletePage` brings all of it back. */
export interface DeletePage {
  readonly kind: 'delete-page';
  readonly page: string;
  readonly expected: ExpectedVersion;
}

export const deletePage: Rule<DeletePage> = (command, situation) => {
  const page = requireSubtree(command.page, situation);
  requireVersion(page, command.expected, situation);
  requireNotDeleted(page);
  return [onPage(page, { type: 'PageDeleted', data: { root: page.id } })];
};
