import { Refusal } from '../../refusal.js';
import {
  onPage,
  requireNotDeleted,
  requireSubtree,
  requireVersion,
  type ExpectedVersion,
  type Rule,
} from '../decision.js';
import type { ToldReferrers } from '../told-referrers.js';
import { referrersOf } from './referrers.js';

/** Takes the page away with everything beneath it; `UndeletePage` brings all of it back. */
export interface DeletePage {
  readonly kind: 'delete-page';
  readonly page: string;
  readonly expected: ExpectedVersion;
  /** Whatever refers to it, or to what is beneath it. */
  readonly isForced?: boolean;
}

/** Where pages refer to it, a dry run lists them. */
export const deletePage: Rule<DeletePage> = (command, situation) => {
  const page = requireSubtree(command.page, situation);
  requireVersion(page, command.expected, situation);
  requireNotDeleted(page);
  const referrers = command.isForced === true ? undefined : referrersOf(page, situation);
  if (referrers && situation.changeSet.dryRun !== true) throw referenced(page.id, referrers);
  const events = [onPage(page, { type: 'PageDeleted', data: { root: page.id } })];
  return { events, overwritten: [], broken: [], ...(referrers && { referrers }) };
};

function referenced(id: string, referrers: ToldReferrers): Refusal {
  const { count, unseen } = referrers;
  const seen = count === 0 ? [] : [count === 1 ? 'a page refers' : `${count} pages refer`];
  const others = unseen ? [count === 0 ? 'what you do not see refers' : 'others that you do not see'] : [];
  return new Refusal(
    'referenced',
    `${[...seen, ...others].join(', and ')} to the page ${id}, or to what is beneath it: change them first, or say force=true`,
    { ...referrers },
  );
}
