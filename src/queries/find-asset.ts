import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import type { Actor } from '../events/event.js';
import type { FileFacts } from '../events/file-facts.js';
import type { Token } from '../projections/tokens.js';
import { Refusal } from '../refusal.js';
import type { FoundPage } from './found-page.js';
import { findPageFor, type WhichPage } from './find-page.js';
import type { PageView, ShownPage } from './page-view.js';
import { ReadModel } from './read-model.js';
import { referenceFinder } from './referenced-for.js';
import { referenceFinders } from '../projections/referrers.js';

/** Which version of an asset: the newest one, when nothing is said. */
type WhichAsset = Pick<WhichPage, 'version' | 'asOf'>;

export interface AssetView extends PageView {
  readonly file: FileFacts;
}

/** `isKnown`: the asker sees all of it, and not only what published pages show. */
export interface ShownAsset extends ShownPage {
  readonly view: AssetView;
  readonly isKnown: boolean;
}

/** The file of an asset, and the log position that this reflects. */
export interface ShownFile {
  readonly view: AssetView;
  readonly position: number;
}

/** An asset with what is said of it as seen at a schema version. */
export class FindAsset extends Query<ShownAsset> {
  constructor(
    readonly id: string,
    readonly access: Access,
    readonly schemaVersion: number,
    readonly which: WhichAsset = {},
  ) {
    super();
  }
}

/** @throws Refusal `not-found`, `version-not-found` */
@QueryHandler(FindAsset)
export class FindAssetHandler implements IQueryHandler<FindAsset> {
  private readonly find;

  constructor(private readonly model: ReadModel) {
    this.find = assetFinder(model);
  }

  execute({ id, access, schemaVersion, which }: FindAsset): Promise<ShownAsset> {
    const { page, view, at, isKnown } = this.find(access, id, which);
    const shown = this.model.shown(page, schemaVersion, at ?? this.model.position());
    return Promise.resolve({ ...shown, view, isKnown });
  }
}

/** An asset's file, whatever is said of it. */
export class FindFile extends Query<ShownFile> {
  constructor(
    readonly id: string,
    readonly access: Access,
    readonly which: WhichAsset = {},
  ) {
    super();
  }
}

/** @throws Refusal `not-found`, `version-not-found` */
@QueryHandler(FindFile)
export class FindFileHandler implements IQueryHandler<FindFile> {
  private readonly find;

  constructor(private readonly model: ReadModel) {
    this.find = assetFinder(model);
  }

  execute({ id, access, which }: FindFile): Promise<ShownFile> {
    const { view, at } = this.find(access, id, which);
    return Promise.resolve({ view, position: at ?? this.model.position() });
  }
}

/** A file, and the token that a link to it is signed for: of whoever asks. */
export interface LinkedFile extends ShownFile {
  readonly token: Pick<Token, 'id' | 'hash'>;
}

/** An asset's file that is to be loaded where no token can be sent. */
export class FindFileToLink extends Query<LinkedFile> {
  constructor(
    readonly id: string,
    readonly access: Access,
    readonly actor: Actor,
    readonly which: WhichAsset = {},
  ) {
    super();
  }
}

/** @throws Refusal `not-found`, `version-not-found`; `forbidden` for who comes with no token of ours */
@QueryHandler(FindFileToLink)
export class FindFileToLinkHandler implements IQueryHandler<FindFileToLink> {
  constructor(
    private readonly files: FindFileHandler,
    private readonly model: ReadModel,
  ) {}

  async execute({ id, access, actor, which }: FindFileToLink): Promise<LinkedFile> {
    const file = await this.files.execute(new FindFile(id, access, which));
    const token = actor.kind === 'token' ? this.model.tokens.token(actor.id) : undefined;
    if (!token)
      throw new Refusal('forbidden', 'links are for tokens: a browser that is signed in loads files without');
    return { ...file, token };
  }
}

interface FoundAsset {
  readonly page: FoundPage;
  readonly view: AssetView;
  readonly at: number | undefined;
  readonly isKnown: boolean;
}

/**
 * Whoever sees all of the place that an asset has finds all of it. Others find its newest version, where a published page that they see
 * refers to it, and nothing of its place and its past. What is shown counts as published: `publishedVersion` is the newest then.
 * @throws Refusal `not-found`, `version-not-found`
 */
function assetFinder(model: ReadModel): (access: Access, id: string, which: WhichAsset) => FoundAsset {
  const referencedFor = referenceFinder(model);
  const { isShown } = referenceFinders(model.db);
  const findKnown = (access: Access, id: string, which: WhichAsset): FoundAsset => {
    const { page, at } = findPageFor(model, access, id, which);
    if (!isAsset(page.view)) throw noAsset(id);
    const publishedVersion = isShown(id) ? page.view.contentVersion : null;
    return { page, view: { ...page.view, publishedVersion }, at, isKnown: true };
  };
  return (access, id, which) => {
    model.beginTurn();
    const page = model.pages.latest(id);
    if (!page || !isAsset(page.view)) throw noAsset(id);
    if (access.sightOf(page.view) === 'all') return findKnown(access, id, which);
    const { version, asOf } = which;
    const { contentVersion, deletedRoot } = page.view;
    const isNewest = asOf === undefined && (version === undefined || version === contentVersion);
    const shown = isNewest && deletedRoot === null ? referencedFor(access, id) : undefined;
    if (shown === undefined) throw noAsset(id);
    const nowhere = { path: null, parent: null, slug: null, isProtected: shown === 'protected' };
    return { page, view: { ...page.view, ...nowhere }, at: undefined, isKnown: false };
  };
}

function isAsset(view: PageView): view is AssetView {
  return view.file !== null;
}

function noAsset(id: string): Refusal {
  return new Refusal('not-found', `there is no asset ${id}`);
}
