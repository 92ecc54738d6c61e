import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import { Refusal } from '../refusal.js';
import type { FoundPage } from './found-page.js';
import type { Ancestor, PageView, ShownPage } from './page-view.js';
import { ReadModel, type AsOf } from './read-model.js';

/** A page now, at one of its content versions, or as of a moment; its content as seen at a schema version. */
export class FindPage extends Query<ShownPage> {
  constructor(
    readonly id: string,
    readonly access: Access,
    readonly schemaVersion: number,
    readonly which: WhichPage = {},
  ) {
    super();
  }
}

export interface WhichPage {
  readonly version?: number;
  readonly asOf?: AsOf;
  /** Also the pages above it. */
  readonly withAncestors?: boolean;
}

/** @throws Refusal `not-found`, `version-not-found` */
@QueryHandler(FindPage)
export class FindPageHandler implements IQueryHandler<FindPage> {
  constructor(private readonly model: ReadModel) {}

  execute({ id, access, schemaVersion, which }: FindPage): Promise<ShownPage> {
    this.model.beginTurn();
    const { page, at } = findPageFor(this.model, access, id, which);
    return Promise.resolve(this.shown(page, access, schemaVersion, at, which.withAncestors ?? false));
  }

  private shown(
    page: FoundPage,
    access: Access,
    schemaVersion: number,
    at: number | undefined,
    withAncestors: boolean,
  ): ShownPage {
    const shown = this.model.shown(page, schemaVersion, at ?? this.model.position());
    return withAncestors ? { ...shown, ...ancestorsOf(this.model, access, page.view, at) } : shown;
  }
}

/**
 * A page as whoever asks may see it. `at`: as of which position; now, when undefined.
 * @throws Refusal `not-found`, `version-not-found`
 */
export function findPageFor(
  model: ReadModel,
  access: Access,
  id: string,
  { version, asOf }: WhichPage,
): { readonly page: FoundPage; readonly at: number | undefined } {
  if (asOf === undefined) return { page: findNow(model, id, access, version), at: undefined };
  if (model.sightOf(id, access) !== 'all') throw notFound(id);
  const at = model.positionFor(access, asOf);
  const page = findThen(model, id, at, version);
  // What has been let in since was not for these eyes then.
  if (access.sightOf(page.view) !== 'all') throw notFound(id);
  return { page, at };
}

/** What whoever asks may see of the pages above one, now or as of a position. */
function ancestorsOf(
  { pages }: Pick<ReadModel, 'pages'>,
  access: Access,
  view: PageView,
  at: number | undefined,
): Required<Pick<ShownPage, 'ancestors' | 'changedPosition'>> {
  const find = (id: string): PageView | undefined => {
    const page = at === undefined ? seenNow(pages, id, access) : pages.asOf(id, at);
    return page && access.sightOf(page.view) !== 'nothing' ? page.view : undefined;
  };
  const ancestors: Ancestor[] = [];
  let { changedPosition } = view;
  for (let above = view.parent === null ? undefined : find(view.parent); above;) {
    const { id, path, title, parent } = above;
    ancestors.unshift({ id, path, title });
    changedPosition = Math.max(changedPosition, above.changedPosition);
    above = parent === null ? undefined : find(parent);
  }
  return { ancestors, changedPosition };
}

/** The version of a page that somebody sees now; deleted ones of those who see all of them. */
function seenNow(pages: ReadModel['pages'], id: string, access: Access): FoundPage | undefined {
  const page = access.isReader ? pages.published(id) : pages.latest(id);
  const sight = page ? access.sightOf(page.view) : 'nothing';
  if (sight === 'nothing') return undefined;
  return sight === 'published' && !access.isReader ? pages.published(id) : page;
}

/** Readers see what is published now and nothing else; there is no past for them. */
function findNow(model: ReadModel, id: string, access: Access, version: number | undefined): FoundPage {
  const seen = seenNow(model.pages, id, access);
  if (!seen) throw notFound(id);
  if (access.sightOf(seen.view) === 'published') {
    if (version !== undefined && version !== seen.view.contentVersion) throw notFound(id);
    return seen;
  }
  const page = version === undefined ? seen : model.pages.version(id, version);
  if (page && page.view.status !== 'deleted') return page;
  const latest = model.pages.latest(id)?.view;
  if (version === undefined || !latest || latest.status === 'deleted') throw notFound(id);
  throw versionNotFound(id, version, latest.contentVersion);
}

function findThen(model: ReadModel, id: string, at: number, version: number | undefined): FoundPage {
  const then = model.pages.asOf(id, at);
  if (!then) throw notFound(id);
  const { contentVersion, path, parent, slug, status, deletedRoot, changedPosition, ownPosition } = then.view;
  const { above, isProtected, isWayPublished } = then.view;
  const { publishedVersion, publishedAt, publishedBy, firstPublishedAt } = then.view;
  if (version === undefined || version === contentVersion) return then;
  const older = version < contentVersion ? model.pages.version(id, version) : undefined;
  if (!older) throw versionNotFound(id, version, contentVersion);
  const place = {
    path,
    parent,
    slug,
    status,
    deletedRoot,
    changedPosition,
    ownPosition,
    above,
    isProtected,
    isWayPublished,
  };
  const publication = { publishedVersion, publishedAt, publishedBy, firstPublishedAt };
  return { view: { ...older.view, ...place, ...publication }, content: older.content };
}

export function notFound(id: string): Refusal {
  return new Refusal('not-found', `there is no page ${id}`);
}

function versionNotFound(id: string, version: number, newest: number): Refusal {
  return new Refusal('version-not-found', `the page ${id} has versions 1 to ${newest}, not ${version}`, {
    version,
    newest,
  });
}
