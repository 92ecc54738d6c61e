import { generateKeyBetween } from 'fractional-indexing';
import { placeSlugPattern } from './limits.js';
import { described, is, isText, matching, members, nullOr, uuid, type ValueOf } from './shape.js';

/** Where a page hangs in the tree. */
export const place = members({
  parent: described('null: the top level', nullOr(uuid)),
  slug: matching(placeSlugPattern),
  rank: described(
    'Orders siblings, compared bytewise',
    is((value): value is string => isText(value) && isRank(value), { type: 'string' }),
  ),
});
export type Place = ValueOf<typeof place>;

/** Whether a text orders siblings, and there can be others before and after it. */
function isRank(text: string): boolean {
  if (!/^[0-9A-Za-z]+$/.test(text)) return false;
  try {
    return generateKeyBetween(null, text) < text && generateKeyBetween(text, null) > text;
  } catch {
    return false;
  }
}
