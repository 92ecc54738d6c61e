import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Role } from '../events/event.js';
import { Refusal } from '../refusal.js';
import { FindPage, FindPageHandler } from './find-page.js';
import type { ShownPage } from './page-view.js';
import { pathFinder } from './path-finder.js';
import { ReadModel, type Moment } from './read-model.js';

/** The page at a path: what a rendering server asks for. */
export class FindPath {
  constructor(
    readonly path: string,
    readonly role: Role,
    readonly schemaVersion: number,
    readonly asOf?: Moment,
  ) {}
}

/** The page, or the path that it has moved to. */
export type AtPath =
  | { readonly kind: 'page'; readonly page: ShownPage }
  | { readonly kind: 'moved'; readonly to: string; readonly position: number };

/** @throws Refusal `not-found` */
@QueryHandler(FindPath)
export class FindPathHandler implements IQueryHandler<FindPath, AtPath> {
  private readonly paths;

  constructor(
    private readonly model: ReadModel,
    private readonly pages: FindPageHandler,
  ) {
    this.paths = pathFinder(model.db);
  }

  async execute({ path, role, schemaVersion, asOf }: FindPath): Promise<AtPath> {
    this.model.holdMoment();
    const at = this.model.positionFor(role, asOf);
    const which = asOf === undefined ? {} : { asOf: { position: at } };
    const there = this.paths.at(path, at);
    const page =
      there === undefined
        ? undefined
        : await this.pageOrNothing(new FindPage(there, role, schemaVersion, which));
    // To readers a page may have no place.
    if (page?.view.path) return { kind: 'page', page };
    for (const { id, until } of this.paths.formerly(path, at)) {
      if (role === 'render' && this.model.pages.readersPathAt(id, until) !== path) continue;
      const moved = await this.pageOrNothing(new FindPage(id, role, schemaVersion, which));
      if (moved?.view.path) return { kind: 'moved', to: moved.view.path, position: moved.position };
    }
    throw new Refusal('not-found', `there is no page at ${path}`);
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
