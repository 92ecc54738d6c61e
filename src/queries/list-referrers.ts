import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import { pageOf, readCursor, type Items, type Part } from './cursor.js';
import { notFound } from './find-page.js';
import { ListPagesHandler } from './list-pages.js';
import { mayLeadTo, referringRows, type ReferringRow } from '../projections/referrers.js';
import type { PageView } from './page-view.js';
import { ReadModel } from './read-model.js';
import { referenceFinder } from './referenced-for.js';
import { seenAmong } from './seen-among.js';

/**
 * Pages that refer to a page, or to an asset, in the order of their creation: those that whoever asks sees, in a version that they
 * see. An asset is there also for those who see a published page that refers to it.
 */
export class ListReferrers extends Query<Items<FoundReferrer>> {
  constructor(
    readonly id: string,
    readonly access: Access,
    readonly part: Part,
    readonly kind: 'asset' | 'page' = 'page',
  ) {
    super();
  }
}

/** A page that refers to another; `inLatest` is not for readers. */
export interface FoundReferrer extends Pick<PageView, 'id' | 'path' | 'title' | 'type'> {
  readonly inLatest?: boolean;
  readonly inPublished: boolean;
}

interface Row extends ReferringRow {
  readonly page: number;
  readonly id: string;
  readonly inLatest: number;
  readonly inPublished: number;
}

/** Rows that are read at once: of some, whoever asks sees nothing. */
const rowsAtOnce = 500;

/** @throws Refusal `not-found`; `malformed-request` for a cursor */
@QueryHandler(ListReferrers)
export class ListReferrersHandler implements IQueryHandler<ListReferrers> {
  private readonly rows;
  private readonly count;
  private readonly isReferencedFor;

  constructor(
    private readonly list: ListPagesHandler,
    private readonly model: ReadModel,
  ) {
    this.rows = referringRows<Row>(
      model.db,
      'pages.id AS id, in_latest AS inLatest, in_published AS inPublished',
      'page > $after',
    );
    this.count = model.db
      .prepare<[{ id: string }], number>(`SELECT count(*) FROM (${mayLeadTo('1', 'true')})`)
      .pluck();
    this.isReferencedFor = referenceFinder(model);
  }

  async execute({ id, access, part, kind }: ListReferrers): Promise<Items<FoundReferrer>> {
    this.model.beginTurn();
    const isThere = this.isThere(id, access) || (kind === 'asset' && this.isReferencedFor(access, id));
    if (!isThere) throw notFound(id);
    this.model.requireFew(part.limit, this.count.get({ id }) ?? 0);
    const found = await this.find(id, access, readCursor(part) ?? 0, part.limit);
    return pageOf(
      part,
      found,
      ({ page }) => page,
      ({ referrer }) => referrer,
      this.model.position(),
    );
  }

  private isThere(id: string, access: Access): boolean {
    const page = this.model.pages.latest(id)?.view;
    return page !== undefined && page.status !== 'deleted' && access.sightOf(page) !== 'nothing';
  }

  /** One more than asked for, where there is one. */
  private async find(
    id: string,
    access: Access,
    after: number,
    limit: number,
  ): Promise<readonly { readonly page: number; readonly referrer: FoundReferrer }[]> {
    const found: { readonly page: number; readonly referrer: FoundReferrer }[] = [];
    for (let last = after; ;) {
      const rows = this.some(id, last);
      const ids = rows.map((row) => row.id);
      const seen = await seenAmong(this.list, access, ids);
      for (const row of rows) {
        const referrer = shown(row, seen.get(row.id), access);
        if (referrer) found.push({ page: row.page, referrer });
        if (found.length > limit) return found;
      }
      const end = rows.at(-1);
      if (!end || rows.length < rowsAtOnce) return found;
      last = end.page;
    }
  }

  /** One of each page, in their order. */
  private some(id: string, after: number): readonly Row[] {
    const some: Row[] = [];
    for (const row of this.rows(id, { after })) {
      const last = some.at(-1);
      if (last?.page === row.page) some[some.length - 1] = both(last, row);
      else if (some.push(row) > rowsAtOnce) return some.slice(0, rowsAtOnce);
    }
    return some;
  }
}

/** A page may refer to one by its id, and by links that are written in several ways. */
function both(one: Row, other: Row): Row {
  return {
    ...one,
    inLatest: Math.max(one.inLatest, other.inLatest),
    inPublished: Math.max(one.inPublished, other.inPublished),
  };
}

/** Undefined where the version that whoever asks sees does not refer to it. */
function shown(row: Row, page: PageView | undefined, access: Access): FoundReferrer | undefined {
  if (!page) return undefined;
  const { id, path, title, type } = page;
  const inPublished = row.inPublished === 1;
  if (access.sightOf(page) === 'all')
    return { id, path, title, type, inLatest: row.inLatest === 1, inPublished };
  return inPublished ? { id, path, title, type, inPublished } : undefined;
}
