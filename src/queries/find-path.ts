import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import { Refusal } from '../refusal.js';
import { FindPage, FindPageHandler } from './find-page.js';
import type { PageView, ShownPage } from './page-view.js';
import { pathFinder } from './path-finder.js';
import { ReadModel, type AsOf } from './read-model.js';

/** The page at a path: what a rendering server asks for. A slash too many at the end leads to the path without it. */
export class FindPath extends Query<AtPath> {
  constructor(
    readonly path: string,
    readonly access: Access,
    readonly schemaVersion: number,
    readonly asOf?: AsOf,
    readonly withAncestors = false,
  ) {
    super();
  }
}

/** The page, or the path that it has moved to. */
export type AtPath =
  | { readonly kind: 'page'; readonly page: ShownPage; readonly position: number }
  | { readonly kind: 'moved'; readonly to: string; readonly position: number };

/** @throws Refusal `not-found` */
@QueryHandler(FindPath)
export class FindPathHandler implements IQueryHandler<FindPath> {
  private readonly paths;

  constructor(
    private readonly model: ReadModel,
    private readonly pages: FindPageHandler,
  ) {
    this.paths = pathFinder(model.db);
  }

  async execute(query: FindPath): Promise<AtPath> {
    this.model.beginTurn();
    const found = await this.find(query);
    if (found) return found;
    const { path } = query;
    if (path.length > 1 && path.endsWith('/')) {
      const { access, schemaVersion, asOf } = query;
      const meant = await this.find(new FindPath(path.slice(0, -1), access, schemaVersion, asOf));
      if (meant?.kind === 'page') return { kind: 'moved', to: path.slice(0, -1), position: meant.position };
      if (meant) return meant;
    }
    throw new Refusal('not-found', `there is no page at ${path}`);
  }

  private async find({
    path,
    access,
    schemaVersion,
    asOf,
    withAncestors,
  }: FindPath): Promise<AtPath | undefined> {
    const at = this.model.positionFor(access, asOf);
    const which = { withAncestors, ...(asOf && { asOf: { position: at } }) };
    const there = this.paths.at(path, at);
    const page =
      there === undefined
        ? undefined
        : await this.pageOrNothing(new FindPage(there, access, schemaVersion, which));
    // To readers a page may have no place.
    if (page?.view.path) return { kind: 'page', page, position: page.position };
    for (const { id, until } of this.paths.formerly(path, at)) {
      const moved = await this.pageOrNothing(new FindPage(id, access, schemaVersion, which));
      if (!moved?.view.path) continue;
      if (this.couldKnow(access, moved.view, path, until))
        return { kind: 'moved', to: moved.view.path, position: moved.position };
    }
    return undefined;
  }

  /** Whether whoever sees a page could see it where it was; readers by that path, too. */
  private couldKnow(access: Access, moved: PageView, path: string, until: number): boolean {
    const isReaders = access.sightOf(moved) === 'published';
    if (!isReaders && access.isWhole) return true;
    const then = this.model.pages.readersViewAt(moved.id, until);
    if (!then || (isReaders && then.path !== path)) return false;
    // It may have been published since: its path says no more than that it was there.
    return access.sightOf({ ...then, publishedVersion: then.publishedVersion ?? 1 }) !== 'nothing';
  }

  /** What is not for these eyes is not there: an unpublished page takes no reader's redirect away. */
  private async pageOrNothing(query: FindPage): Promise<ShownPage | undefined> {
    try {
      return await this.pages.execute(query);
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }
}
