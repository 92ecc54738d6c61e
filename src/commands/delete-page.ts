import {
  onPage,
  requireNotDeleted,
  requirePage,
  requireVersion,
  type ExpectedVersion,
  type Rule,
} from './decision.js';
import { requirePermission } from './permissions.js';

/** Takes the page away with everything beneath it; `UndeletePage` brings all of it back. */
export interface DeletePage {
  readonly kind: 'delete-page';
  readonly page: string;
  readonly expected: ExpectedVersion;
}

export const deletePage: Rule<DeletePage> = (command, situation) => {
  const page = requirePage(command.page, 'delete', situation);
  const beneath = situation.pages.beneath(page.id);
  for (const other of beneath) requirePermission(situation.role, 'delete', other);
  requireVersion(page, command.expected, situation);
  requireNotDeleted(page);
  return [page, ...beneath].map((gone) => onPage(gone, { type: 'PageDeleted', data: { root: page.id } }));
};
