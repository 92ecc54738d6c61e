export const mostTold = 20;

/** What refers to a page from outside of what goes with it, as far as whoever asks may know. */
export interface ToldReferrers {
  /** Those that they see, at most `mostTold`, in the order of their creation. */
  readonly referrers: readonly { readonly page: string; readonly path?: string }[];
  /** How many they see. */
  readonly count: number;
  /** Whether there are others: how many, and where, is nothing that a part of a site is told of the rest. */
  readonly unseen?: true;
}
