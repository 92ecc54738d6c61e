import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import type { JsonObject } from '../schema/json/json.js';
import type { Reference } from '../schema/references.js';
import { listName, pageOf, readCursor, type Items, type Part } from './cursor.js';
import { FindPage, FindPageHandler } from './find-page.js';
import { ListPagesHandler } from './list-pages.js';
import { linkFinder } from '../projections/referrers.js';
import type { PageView, ShownPage } from './page-view.js';
import { ReadModel } from './read-model.js';
import { referenceFinder } from './referenced-for.js';
import { seenAmong } from './seen-among.js';

/** What a page refers to, in the version that whoever asks sees, at a schema version: in the order of the document. */
export class ListReferences extends Query<Items<FoundReference>> {
  constructor(
    readonly id: string,
    readonly access: Access,
    readonly schemaVersion: number,
    readonly part: Omit<Part, 'list'>,
  ) {
    super();
  }
}

/** What is shown of a page that another refers to, or that refers to another. */
export type SeenPage = Pick<PageView, 'path' | 'title' | 'type' | 'status'>;

/** A page that isn't there and one that whoever asks does not see are `missing` alike; of a link there is no id then. */
export type FoundReference = Omit<Reference, 'target'> &
  (({ readonly id: string } & SeenPage) | { readonly id?: string; readonly missing: true });

/** @throws Refusal `not-found`, `purged`; `malformed-request` for a cursor of another version */
@QueryHandler(ListReferences)
export class ListReferencesHandler implements IQueryHandler<ListReferences> {
  private readonly isReferencedFor;
  private readonly findLink;

  constructor(
    private readonly pages: FindPageHandler,
    private readonly list: ListPagesHandler,
    private readonly model: ReadModel,
  ) {
    this.isReferencedFor = referenceFinder(model);
    this.findLink = linkFinder(model.db);
  }

  async execute(query: ListReferences): Promise<Items<FoundReference>> {
    const { id, access, schemaVersion } = query;
    this.model.requireFew(query.part.limit);
    const page = await this.pages.execute(new FindPage(id, access, schemaVersion));
    const version = page.view.contentVersion;
    const part = { ...query.part, list: listName('references', { id, schemaVersion, version }) };
    const from = readCursor(part) ?? 0;
    const parent = this.model.pages.latest(id)?.view.parent ?? null;
    const rows = this.referencesIn(page)
      .map((reference, index) => ({ reference, after: index + 1 }))
      .slice(from, from + part.limit + 1)
      .map((row) => ({ ...row, target: this.targetOf(row.reference, parent) }));
    const targets = rows.flatMap(({ target }) => target ?? []);
    const seen = await seenAmong(this.list, access, targets);
    return pageOf(
      part,
      rows,
      ({ after }) => after,
      ({ reference, target }) =>
        target === undefined
          ? missing(reference)
          : shown(reference, target, seen.get(target) ?? this.assetFor(access, target)),
      page.position,
    );
  }

  /** Undefined for a link that leads nowhere, from a page that hangs beneath that one. */
  private targetOf({ target, link }: Reference, parent: string | null): string | undefined {
    return link === undefined ? target : this.findLink(parent, target);
  }

  /** An asset is shown where a published page refers to it: what is said of it, and nothing of its place. */
  private assetFor(access: Access, id: string): SeenPage | undefined {
    const view = this.model.pages.latest(id)?.view;
    if (!view?.file || view.status === 'deleted' || !this.isReferencedFor(access, id)) return undefined;
    return { path: null, title: view.title, type: view.type, status: 'published' };
  }

  private referencesIn({ view, schemaVersion, content }: ShownPage): readonly Reference[] {
    const finder = this.model.ladder.referencesOf(schemaVersion, view.type);
    if (!finder) return [];
    this.model.requireShort(content.length);
    return finder.referencesIn(JSON.parse(content) as JsonObject);
  }
}

function shown(reference: Reference, id: string, page: SeenPage | undefined): FoundReference {
  if (!page) return missing(reference);
  const { path, title, type, status } = page;
  const { target: _, ...where } = reference;
  return { ...where, id, path, title, type, status };
}

/** Where a link leads to something that somebody doesn't see, even its id would tell that it is there. */
function missing({ target, ...where }: Reference): FoundReference {
  return { ...where, ...(where.link === undefined && { id: target }), missing: true };
}
