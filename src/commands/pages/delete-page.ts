import {
  onPage,
  requireNotDeleted,
  requirePage,
  requireVersion,
  type ExpectedVersion,
  type Rule,
} from '../decision.js';
import { requirePermission, withBeneath } from '../../access/access.js';

/** Takes the page away with everything beneath it; `UndeletePage` brings all of it back. */
export interface DeletePage {
  readonly kind: 'delete-page';
  readonly page: string;
  readonly expected: ExpectedVersion;
}

export const deletePage: Rule<DeletePage> = (command, situation) => {
  const page = requirePage(command.page, 'delete', situation);
  requirePermission(situation.access, 'delete', withBeneath(page, situation.pages.subtree(page.id)));
  requireVersion(page, command.expected, situation);
  requireNotDeleted(page);
  return [onPage(page, { type: 'PageDeleted', data: { root: page.id } })];
};
