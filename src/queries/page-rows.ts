import type { Access } from '../access/access.js';
import { placeOrder } from '../projections/pages.js';
import type { After } from './list-cursor.js';
import {
  areSiblings,
  boundOf,
  choiceNow,
  choiceThen,
  type PageChoice,
  type PageFilter,
  type Seen,
  type Sort,
  type Way,
} from './page-choice.js';
import { selected } from './page-columns.js';
import type { PageRow } from './page-view.js';
import { firstAfter, partNumbersFinder, type PartNumbers } from './part-numbers.js';
import type { ReadModel } from './read-model.js';
import { statements } from './statements.js';

/** What is listed for whom. `at`: as of which position; now, when undefined. */
export interface AskedPages {
  readonly access: Access;
  readonly filter: PageFilter & { readonly deleted: boolean };
  readonly sort: Sort;
  readonly at: number | undefined;
}

type ListRow = [key: string, ...page: PageRow];

/** Rows after a place in the list, at most so many: fewer at its end alone. */
type ReadRows = (after: After | undefined, limit: number) => readonly ListRow[];

/** Numbers among which that many pages are looked for: some may not be what is asked for. */
const lookedFor = (limit: number): number => 4 * limit;
/** What it costs to find and sort a row, of what it costs to look at one in the order of an index; and how many are listed. */
const [rowsForOneSorted, listedAtOnce] = [8, 50];

/** So many siblings are sorted; of more those are looked for among all pages that are sorted already. */
const fewSiblings = 2_000;

/** Reads the rows of lists of pages. */
export class PageRows {
  private readonly prepared;
  private readonly siblings;
  private readonly partNumbers;

  constructor(private readonly model: ReadModel) {
    this.prepared = statements(model.db);
    this.siblings = model.db
      .prepare<[string | null], number>(
        `SELECT count(*) FROM (SELECT 1 FROM pages WHERE parent IS ? AND slug IS NOT NULL LIMIT ${fewSiblings + 1})`,
      )
      .pluck();
    this.partNumbers = partNumbersFinder(model.db);
  }

  /** Reads rows after a place in the list. */
  reader(asked: AskedPages, seen: Seen): ReadRows {
    const { filter, sort, at } = asked;
    if (at !== undefined) this.model.requireFew(0, this.model.mostPages());
    if (at === undefined && seen.anchors !== null && sort.by === 'number' && !filter.ids)
      return this.readerOfPart(asked, seen, this.partNumbers(seen.anchors, seen.without).numbers);
    const choice =
      at === undefined ? this.choiceNow(seen, filter, sort.by) : choiceThen(seen, filter, sort.by);
    return this.readerOf(asked, choice, this.bound(asked, seen));
  }

  /** Of pages in the order of their creation it is known which are beneath the anchors: as many are looked for as are wanted. */
  private readerOfPart(asked: AskedPages, seen: Seen, numbers: readonly number[]): ReadRows {
    const { filter, sort } = asked;
    const choice = choiceNow(seen, filter, 'number', 'part');
    return (after, limit) => {
      const rows: ListRow[] = [];
      let last = after;
      for (let count = lookedFor(limit); ; count *= 4) {
        const some = nextOf(numbers, last, sort, count);
        const bound = { ...boundOf(filter), part: JSON.stringify(some) };
        rows.push(...this.readerOf(asked, choice, bound)(undefined, limit - rows.length));
        const end = some.at(-1);
        if (rows.length >= limit || end === undefined || some.length < count) return rows;
        last = { key: '', number: end };
      }
    };
  }

  /** What is bound to the names in a choice. */
  bound({ filter, at }: Pick<AskedPages, 'filter' | 'at'>, { anchors, without }: Seen): object {
    if (at !== undefined)
      return { ...boundOf(filter), at, ...(anchors && { anchors: JSON.stringify(anchors) }) };
    return { ...boundOf(filter), ...(anchors && { part: this.partNumbers(anchors, without).json }) };
  }

  private readerOf({ filter, sort, at }: AskedPages, choice: PageChoice, bound: object): ReadRows {
    const { by, isDescending } = sort;
    const { columns, from, conditions, key, number } = choice;
    const [beyond, direction] = isDescending ? ['<', 'DESC'] : ['>', 'ASC'];
    const order = key === null ? `${number} ${direction}` : `${key} ${direction}, ${number} ${direction}`;
    const read = (
      beyondIt: string | undefined,
      after: After | undefined,
      limit: number,
    ): readonly ListRow[] => {
      const siblings = at === undefined && by === 'order' ? amongSiblings(filter, sort, after) : undefined;
      const all = [
        ...conditions,
        ...(beyondIt === undefined ? [] : [beyondIt]),
        ...(siblings?.conditions ?? []),
      ];
      return this.prepared<unknown[], ListRow>(
        `SELECT ${key ?? "''"}, ${selected(columns)} FROM ${from} WHERE ${all.join(' AND ')} ORDER BY ${order} LIMIT $limit`,
      )
        .raw()
        .all({ ...bound, limit, ...after, ...siblings?.bound });
    };
    return (after, limit) => {
      if (!after) return read(undefined, after, limit);
      if (key === null) return read(`${number} ${beyond} $number`, after, limit);
      // Two look-ups: SQLite would find `(key, number) > (?, ?)` by the key alone, and go through all that have the same.
      const same = read(`${key} = $key AND ${number} ${beyond} $number`, after, limit);
      const left = limit - same.length;
      return left === 0 ? same : [...same, ...read(`${key} ${beyond} $key`, after, left)];
    };
  }

  private choiceNow(seen: Seen, filter: PageFilter, by: Sort['by']): PageChoice {
    const { ids, parent = null, roots: _roots, deleted: isDeleted, ...others } = filter;
    const isSought = Object.keys(others).length > 0 || isDeleted === true;
    const pages = this.model.mostPages();
    if (ids) return choiceNow(seen, filter, by, 'ids');
    if (seen.anchors !== null && !areSiblings(filter))
      return this.choiceOfPart(seen, this.partNumbers(seen.anchors, seen.without), filter, by);
    const isOrdered = !areSiblings(filter) || by === 'order';
    const siblings = isOrdered ? 0 : (this.siblings.get(parent) ?? 0);
    const way: Way = isOrdered || siblings > fewSiblings ? 'sorted' : 'siblings';
    this.model.requireFew(0, way === 'siblings' ? siblings : isSought || !isOrdered ? pages : 0);
    return choiceNow(seen, filter, by, way);
  }

  /** Few pages are sorted; of more those are looked for among all pages that are sorted already. */
  private choiceOfPart(
    seen: Seen,
    { numbers: { length } }: PartNumbers,
    filter: PageFilter,
    by: Sort['by'],
  ): PageChoice {
    const pages = this.model.mostPages();
    const isSorted = length * length > pages * rowsForOneSorted;
    this.model.requireFew(0, isSorted ? (pages / length) * listedAtOnce : length);
    return choiceNow(seen, filter, by, isSorted ? 'sorted' : 'part');
  }
}

/** The stretch of `place_order` that the children of a page have, as far as `after` does not say where to begin. */
function amongSiblings(filter: PageFilter, { isDescending }: Sort, after: After | undefined) {
  if (!areSiblings(filter)) return undefined;
  const { parent = null } = filter;
  const from = { conditions: ['pages.place_order > $from'], bound: { from: placeOrder(parent, null) } };
  const to = { conditions: ['pages.place_order < $to'], bound: { to: `${parent ?? ''}!` } };
  if (after) return isDescending ? from : to;
  return { conditions: [...from.conditions, ...to.conditions], bound: { ...from.bound, ...to.bound } };
}

/** The numbers behind a place, in the order of the list. */
function nextOf(
  numbers: readonly number[],
  after: After | undefined,
  { isDescending }: Sort,
  count: number,
): readonly number[] {
  if (!isDescending) {
    const start = after ? firstAfter(numbers, after.number) : 0;
    return numbers.slice(start, start + count);
  }
  const end = after ? firstAfter(numbers, after.number - 1) : numbers.length;
  return numbers.slice(Math.max(0, end - count), end).toReversed();
}
