import type { AccessChange } from './changed-access.js';
import type { ToldReferrers } from './told-referrers.js';
import type { Grant } from '../projections/grants.js';
import type { Person } from '../projections/people.js';
import type { Token } from '../projections/tokens.js';
import type { ShownPage } from '../queries/page-view.js';
import type { Overwritten } from '../schema/merge/saved.js';

/** A page as it was left; `content` is null where nobody asked for it. */
interface WrittenPage extends Omit<ShownPage, 'content'> {
  readonly content: string | null;
}

/** What became of one command: the page as it stood right after it, whatever the later ones did, or the token. */
export type Result =
  | {
      readonly kind: 'page';
      readonly created: boolean;
      readonly page: WrittenPage;
      /** Where the write replaced something that its author could not see in full. */
      readonly overwritten: readonly Overwritten[];
      /** Where a move has changed who may do what. */
      readonly access?: AccessChange;
    }
  | {
      readonly kind: 'page-deleted';
      /** What refers to it, where nothing was appended. */
      readonly referrers?: ToldReferrers;
    }
  | { readonly kind: 'token'; readonly token: Token }
  | { readonly kind: 'token-revoked' }
  | { readonly kind: 'grant'; readonly grant: Grant }
  | { readonly kind: 'grant-revoked' }
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'schema' };
