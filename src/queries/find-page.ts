import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Role } from '../events/event.js';
import { Refusal } from '../refusal.js';
import type { FullPageView } from './page-view.js';
import { ReadModel, type Moment } from './read-model.js';

/** A page now, at one of its content versions, or as of a moment; its content as seen at a schema version. */
export class FindPage {
  constructor(
    readonly id: string,
    readonly role: Role,
    readonly schemaVersion: number,
    readonly which: { readonly version?: number; readonly asOf?: Moment } = {},
  ) {}
}

/** @throws Refusal `not-found`, `version-not-found` */
@QueryHandler(FindPage)
export class FindPageHandler implements IQueryHandler<FindPage, FullPageView> {
  constructor(private readonly model: ReadModel) {}

  execute(query: FindPage): Promise<FullPageView> {
    return Promise.resolve(this.model.seenAt(query.schemaVersion, findPage(this.model, query)));
  }
}

/** Readers see what is published now and nothing else; there is no past for them. */
function findPage(model: ReadModel, { id, role, which }: FindPage): FullPageView {
  const { version, asOf } = which;
  if (role === 'render') {
    const page = model.pages.published(id);
    const other = asOf !== undefined || (version !== undefined && version !== page?.contentVersion);
    if (!page || page.status === 'deleted' || other) throw notFound(id);
    return { ...page, status: 'published' };
  }
  if (asOf !== undefined) return model.snapshot(() => findThen(model, id, asOf, version));

  const page = version === undefined ? model.pages.latest(id) : model.pages.version(id, version);
  if (page && page.status !== 'deleted') return page;
  if (version === undefined) throw notFound(id);
  const latest = model.pages.latest(id);
  throw latest && latest.status !== 'deleted'
    ? versionNotFound(id, version, latest.contentVersion)
    : notFound(id);
}

function findThen(model: ReadModel, id: string, asOf: Moment, version: number | undefined): FullPageView {
  if (!model.hasPage(id)) throw notFound(id);
  const then = model.pages.asOf(id, model.positionOf(asOf));
  if (!then) throw notFound(id);
  if (version === undefined || version === then.contentVersion) return then;
  const older = version < then.contentVersion ? model.pages.version(id, version) : undefined;
  if (!older) throw versionNotFound(id, version, then.contentVersion);
  const { path, parent, slug, status, publishedVersion, changedPosition } = then;
  return { ...older, path, parent, slug, status, publishedVersion, changedPosition };
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
