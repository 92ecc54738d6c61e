import fc from 'fast-check';
import { accessOf, possible, type Access } from '../../src/access/access.js';
import type { Command } from '../../src/commands/index.js';
import type { Role } from '../../src/events/role.js';
import { grantFinders } from '../../src/projections/grants.js';
import { FindPage, FindPageHandler } from '../../src/queries/find-page.js';
import { FindPath, FindPathHandler } from '../../src/queries/find-path.js';
import { FindTree, FindTreeHandler } from '../../src/queries/find-tree.js';
import type { TreeNode } from '../../src/queries/tree-nodes.js';
import { isWalked, ListEventsHandler } from '../../src/queries/list-events.js';
import { ListPages, ListPagesHandler } from '../../src/queries/list-pages.js';
import type { PageView } from '../../src/queries/page-view.js';
import type { FeedPlace } from '../../src/queries/feed/walk-moments.js';
import { ReadModel } from '../../src/queries/read-model.js';
import { Refusal } from '../../src/refusal.js';
import {
  createChunk,
  createPage,
  deletePage,
  movePage,
  publishPage,
  savePage,
  undeletePage,
  unpublishPage,
} from '../support/commands.js';
import { openInstallation, type Installation } from '../support/installation.js';
import { ladder } from '../support/ladder.js';
import * as model from './model.js';

const pageIds = Array.from({ length: Number(process.env.ACCESS_PAGES ?? 12) }, (_, index) => `p${index}`);
const tokenIds = Array.from({ length: 6 }, (_, index) => `k${index}`);
const roles: readonly Role[] = ['render', 'viewer', 'editor', 'publisher', 'admin'];

const role = fc.constantFrom(...roles);
/** A page of which a feed is taken, and of all beneath it. */
const confined = 'p0';
let grants = 0;

/** The pages above those that are there from the beginning: three, and with more than twelve all after these. */
const begun = fc.tuple(
  ...pageIds
    .slice(12)
    .map((_, index) => fc.constantFrom(null, ...pageIds.slice(0, 3), ...pageIds.slice(12, 12 + index))),
);

/** Where a grant begins is said by the page, and turned into its path when it is given. */
type Asked =
  | Command
  | { readonly kind: 'grant-at'; readonly token: string; readonly role: Role; readonly page: string | null };

function askedOf(pages: readonly string[]): fc.Arbitrary<Asked> {
  const page = fc.constantFrom(...pages);
  const parent = fc.oneof({ weight: 3, arbitrary: page }, { weight: 1, arbitrary: fc.constant(null) });
  return fc.oneof(
    { weight: 6, arbitrary: fc.tuple(page, parent).map(([id, above]) => createPage(id, { parent: above })) },
    { weight: 1, arbitrary: page.map((id) => createChunk(id)) },
    { weight: 2, arbitrary: page.map((id) => savePage(id, null, { title: 'again' })) },
    { weight: 5, arbitrary: page.map((id) => publishPage(id)) },
    { weight: 2, arbitrary: page.map(unpublishPage) },
    {
      weight: 6,
      arbitrary: fc.tuple(page, parent).map(([id, above]) => movePage(id, null, { parent: above })),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(page, fc.nat(9)).map(([id, n]) => movePage(id, null, { slug: `renamed-${n}` })),
    },
    { weight: 2, arbitrary: page.map((id) => deletePage(id, null)) },
    { weight: 3, arbitrary: page.map(undeletePage) },
    { weight: 2, arbitrary: page.map((id) => ({ kind: 'protect-page', page: id }) as const) },
    { weight: 1, arbitrary: page.map((id) => ({ kind: 'unprotect-page', page: id }) as const) },
    {
      weight: 5,
      arbitrary: fc
        .tuple(fc.constantFrom(...tokenIds), role, parent)
        .map(([token, given, at]) => ({ kind: 'grant-at', token, role: given, page: at }) as const),
    },
    { weight: 2, arbitrary: fc.nat(60).map((n) => ({ kind: 'revoke-grant', grant: `g${n}` }) as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...tokenIds).map((grant) => ({ kind: 'revoke-grant', grant }) as const),
    },
  );
}

/** `by`: a token, or nobody in particular, who may do everything. `looks`: who looks at all that there is for them afterwards, which is remembered. */
const step = fc.record({
  commands: fc.array(askedOf(pageIds), { minLength: 1, maxLength: 2 }),
  by: fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom(...tokenIds) },
  ),
  looks: fc.option(fc.constantFrom(...tokenIds), { freq: 1 }),
});

const first: readonly (readonly [Role, string | null])[] = [
  ['render', null],
  ['viewer', null],
  ['editor', null],
  ['render', '/p0/p2'],
  ['editor', '/p1'],
  ['publisher', '/p0'],
];

/** A site with six tokens, and all that they are shown of it. */
class Site {
  readonly worlds: model.World[] = [model.empty];
  /** Of the whole site, and of what is at and beneath `confined`. */
  readonly mirrors = new Map<string, Mirror>();
  readonly mirrorsWithin = new Map<string, Mirror>();
  private readonly tokens = new Set<string>();
  private readonly read: ReadModel;
  private readonly handlers;

  constructor(readonly installation: Installation) {
    this.read = new ReadModel(installation.db, ladder, () => undefined);
    // The installation writes through the same connection.
    this.read.beginTurn = () => undefined;
    const pages = new FindPageHandler(this.read);
    this.handlers = {
      pages,
      paths: new FindPathHandler(this.read, pages),
      list: new ListPagesHandler(this.read),
      tree: new FindTreeHandler(this.read),
      events: new ListEventsHandler(this.read),
    };
  }

  get world(): model.World {
    return this.worlds.at(-1) as model.World;
  }

  accessOf(token: string): Access {
    const grantees = [{ kind: 'token', id: token }] as const;
    return accessOf(grantFinders(this.installation.db).rightsOf(grantees));
  }

  /** Asks for it; what a page is to whoever asks decides whether that may be refused, and has to be. */
  submit(commands: readonly Command[], by: string | null): void {
    const over = by === null ? {} : { rights: this.accessOf(by).rights };
    const before = this.installation.position();
    const outcome = this.installation.submit(commands, over);
    const [command] = commands;
    if (by !== null && command && commands.length === 1) this.expectJudged(command, by, outcome);
    for (const event of this.installation.eventsAfter(before)) {
      this.worlds.push(model.after(this.world, event));
      if (event.type === 'TokenCreated') this.tokens.add(event.stream);
    }
    this.follow();
  }

  private expectJudged(command: Command, by: string, outcome: ReturnType<Installation['submit']>): void {
    if (!('page' in command) || command.kind === 'create-page' || command.kind === 'move-page') return;
    const { world } = this;
    const page = world.pages.get(command.page);
    const isSeen = model.sightOf(world, by, command.page) !== 'nothing';
    const code = outcome.kind === 'refused' ? outcome.refusal.code : 'accepted';
    if (!page || !isSeen) {
      expect(['not-found', 'forbidden']).toContain(code);
      return;
    }
    const isBeneathPublished = [...world.pages].some(
      ([id, { published, isDeleted }]) =>
        published !== null && !isDeleted && model.upwards(world, id).includes(command.page),
    );
    const isDeleting = command.kind === 'delete-page' || command.kind === 'undelete-page';
    const least = command.kind === 'save-page' || (isDeleting && page.published === null) ? 3 : 4;
    const level = model.levelOf(world, by, command.page);
    if (level < least) expect(code).toBe('forbidden');
    else if (!isDeleting || !isBeneathPublished || level >= 4)
      expect(['forbidden', 'not-found']).not.toContain(code);
  }

  /** Who follows the feed hears of what has happened, and may have other rights than before. */
  private follow(): void {
    // Nobody follows before there is a token to follow with.
    for (const token of tokenIds.filter((id) => this.tokens.has(id))) {
      for (const [mirrors, within] of [[this.mirrors], [this.mirrorsWithin, confined]] as const) {
        const mirror = mirrors.get(token) ?? new Mirror();
        mirrors.set(token, mirror);
        this.catchUp(mirror, token, 1_000, within);
      }
    }
  }

  /** @param most events at once. @param within the page to which the feed is confined, with what is beneath it */
  catchUp(mirror: Mirror, token: string, most: number, within?: string): void {
    const access = this.accessOf(token);
    for (let isAll = false; !isAll;) {
      const shown = { access, schemaVersion: 1, ...(within !== undefined && { within }) };
      const piece = isWalked(shown)
        ? this.handlers.events.readWalked(shown, mirror.place, most)
        : this.readLog(access, mirror.place, most);
      for (const { json } of piece.events) mirror.take(JSON.parse(json) as Told);
      mirror.place = piece.place;
      isAll = piece.isAll;
    }
  }

  private readLog(access: Access, { event }: FeedPlace, limit: number) {
    const events = this.handlers.events.read(access, 1, {}, { after: event, limit });
    return { events, place: { event: events.at(-1)?.position ?? event }, isAll: events.length < limit };
  }

  async find(access: Access, id: string, at?: number): Promise<PageView | undefined> {
    const which = at === undefined ? {} : { asOf: { position: at } };
    return orNothing(
      async () => (await this.handlers.pages.execute(new FindPage(id, access, 1, which))).view,
    );
  }

  async at(access: Access, path: string): Promise<string | undefined> {
    return orNothing(async () => {
      const found = await this.handlers.paths.execute(new FindPath(path, access, 1));
      return found.kind === 'page' ? found.page.view.id : undefined;
    });
  }

  async list(
    access: Access,
    at?: number,
  ): Promise<{ readonly ids: readonly string[]; readonly count: number }> {
    const ids: string[] = [];
    let count = 0;
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const part = { list: 'all', limit: 3, ...(cursor !== undefined && { cursor }) };
      const shown = { isCounted: true, ...(at !== undefined && { asOf: { position: at } }) };
      const found = await this.handlers.list.execute(new ListPages(access, {}, part, shown));
      ids.push(...found.items.map(({ view }) => view.id));
      count = found.count ?? -1;
      cursor = found.next ?? undefined;
    }
    return { ids, count };
  }

  async tree(access: Access, at?: number): Promise<readonly string[]> {
    const ids = new Set<string>();
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const part = { list: 'all', limit: 3, ...(cursor !== undefined && { cursor }) };
      const asOf = at === undefined ? undefined : { position: at };
      const found = await this.handlers.tree.execute(new FindTree(access, part, undefined, Infinity, asOf));
      for (const id of idsIn(found.items)) ids.add(id);
      cursor = found.next ?? undefined;
    }
    return [...ids].sort();
  }
}

interface Told {
  readonly type?: string;
  readonly kind?: string;
  readonly page?: string;
  readonly stream?: string;
  readonly path?: string | null;
  readonly contentVersion?: number;
  readonly publishedVersion?: number | null;
  readonly protected?: boolean;
  readonly slug?: string | null;
  readonly parent?: string | null;
  readonly data?: {
    readonly version?: number;
    readonly slug?: string;
    readonly parent?: string | null;
    readonly place?: { readonly slug: string; readonly parent: string | null } | null;
  };
}

interface Mirrored {
  readonly parent: string | null;
  readonly isDeleted: boolean;
  readonly slug: string | null;
  readonly version: number;
  readonly published: number | null;
  readonly isProtected: boolean;
}

/** What somebody knows who takes what the feed says: of readers the paths of what they see, of others what pages are. */
class Mirror {
  readonly pages = new Map<string, Mirrored>();
  readonly paths = new Map<string, string | null>();
  place: FeedPlace = { event: 0 };

  /** What is there, by what is known of the pages above. */
  get there() {
    const isGone = (id: string): boolean => {
      const page = this.pages.get(id);
      return page !== undefined && (page.isDeleted || (page.parent !== null && isGone(page.parent)));
    };
    const left = [...this.pages].filter(([id]) => !isGone(id));
    return left.map(([id, { parent: _above, isDeleted: _not, ...page }]) => [id, page] as const);
  }

  take({ type = '', kind, page = '', stream = '', data = {}, ...told }: Told): void {
    if (kind === 'vanished') this.paths.delete(page);
    else if (kind !== undefined) this.paths.set(page, told.path ?? null);
    else if (type === 'left') this.pages.delete(page);
    else if (type === 'entered') {
      const {
        slug = null,
        contentVersion = 0,
        publishedVersion = null,
        protected: isProtected = false,
      } = told;
      const { parent = null } = told;
      const state = { slug, version: contentVersion, published: publishedVersion, isProtected };
      this.pages.set(page, { ...state, parent, isDeleted: false });
    } else if (type.startsWith('Page')) this.change(type, stream, data);
  }

  private change(
    type: string,
    id: string,
    { version = 0, slug, parent, place }: NonNullable<Told['data']>,
  ): void {
    if (type === 'PageCreated') {
      const fresh = { version: 1, published: null, isProtected: false, isDeleted: false };
      this.pages.set(id, { slug: place?.slug ?? null, parent: place?.parent ?? null, ...fresh });
      return;
    }
    const page = this.pages.get(id);
    if (!page) throw new Error(`${type} of ${id}, of which nothing was told`);
    const changed: Partial<Mirrored> = {
      ...((type === 'PageSaved' || type === 'PageRestored') && { version }),
      ...(type === 'PageMoved' && { slug: slug ?? null, parent: parent ?? null }),
      ...(type === 'PageDeleted' && { isDeleted: true }),
      ...(type === 'PageUndeleted' && { isDeleted: false }),
      ...(type === 'PagePublished' && { published: version }),
      ...(type === 'PageUnpublished' && { published: null }),
      ...(type === 'PageProtected' && { isProtected: true }),
      ...(type === 'PageUnprotected' && { isProtected: false }),
    };
    this.pages.set(id, { ...page, ...changed });
  }
}

function idsIn(nodes: readonly TreeNode[]): readonly string[] {
  return nodes.flatMap(({ id, children }) => [id, ...idsIn(children)]);
}

async function orNothing<T>(find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not-found') return undefined;
    throw error;
  }
}

async function expectSeenNow(site: Site, token: string): Promise<void> {
  const { world } = site;
  const access = site.accessOf(token);
  const there = [...world.pages.keys()].filter(
    (id) => model.sightOf(world, token, id) !== 'nothing' && model.isThere(world, id),
  );
  for (const id of pageIds) {
    const view = await site.find(access, id);
    expect([token, id, view !== undefined]).toEqual([token, id, there.includes(id)]);
    if (!view) continue;
    const sight = model.sightOf(world, token, id);
    const { version, published } = world.pages.get(id) as NonNullable<ReturnType<typeof world.pages.get>>;
    expect(view.contentVersion).toBe(sight === 'all' ? version : published);
    const path = model.pathOf(world, id, sight);
    expect(view.path).toBe(path);
    if (path !== null) expect(await site.at(access, path)).toBe(id);
    expect(possible(access, view)).toEqual(model.permissionsOf(world, token, id));
  }
  const { ids, count } = await site.list(access);
  expect([...ids].sort()).toEqual([...there].sort());
  expect(count).toBe(there.length);
  expect(await site.tree(access)).toEqual(there.filter((id) => model.isInTree(world, token, id)).sort());
}

async function expectSeenThen(site: Site, token: string, at: number): Promise<void> {
  const access = site.accessOf(token);
  const then = site.worlds[at] as model.World;
  // What they have now, in the world of then.
  const world = { pages: then.pages, grants: site.world.grants };
  const there = [...then.pages.keys()].filter(
    (id) =>
      model.isThere(then, id) &&
      model.sightOf(world, token, id) === 'all' &&
      model.sightOf(site.world, token, id) === 'all',
  );
  for (const id of pageIds) {
    const view = await site.find(access, id, at);
    expect([token, at, id, view !== undefined]).toEqual([token, at, id, there.includes(id)]);
  }
  if (access.isReader) return;
  const { ids, count } = await site.list(access, at);
  expect([...ids].sort()).toEqual([...there].sort());
  expect(count).toBe(there.length);
  // A page may hang at one that is seen no longer.
  for (const id of await site.tree(access, at)) expect(there).toContain(id);
}

/** Who follows the feed, and who takes it from its beginning, know what is there, or what of it is within a page. */
function expectMirrored(site: Site, token: string, within?: string): void {
  const access = site.accessOf(token);
  const { world } = site;
  const fresh = new Mirror();
  site.catchUp(fresh, token, 2, within);
  const seen = [...world.pages].filter(
    ([id]) =>
      model.sightOf(world, token, id) !== 'nothing' &&
      model.isThere(world, id) &&
      (within === undefined || model.upwards(world, id).includes(within)),
  );
  const mirrors = within === undefined ? site.mirrors : site.mirrorsWithin;
  for (const mirror of [fresh, mirrors.get(token) as Mirror]) {
    if (access.isReader || !access.isConstant || within !== undefined) {
      const shown = seen.filter(([id]) => model.sightOf(world, token, id) === 'published');
      const paths = shown.map(([id]) => [id, model.pathOf(world, id, 'published')] as const);
      expect([token, new Map([...mirror.paths].sort())]).toEqual([token, new Map([...paths].sort())]);
    }
    if (!access.isConstant || within !== undefined) {
      const all = seen.filter(([id]) => model.sightOf(world, token, id) === 'all');
      const pages = all.map(
        ([id, { slug, version, published, isProtected }]) =>
          [id, { slug, version, published, isProtected }] as const,
      );
      expect([token, new Map([...mirror.there].sort())]).toEqual([token, new Map([...pages].sort())]);
    }
  }
}

const numRuns = Number(process.env.ACCESS_RUNS ?? 150);
const maxSteps = Number(process.env.ACCESS_STEPS ?? 40);

test('whatever happens, each sees what a walk up from the page says: pages, paths, lists, trees, the past and the feed', async () => {
  await fc.assert(
    fc.asyncProperty(
      begun,
      fc.array(step, { minLength: 5, maxLength: maxSteps, size: 'max' }),
      async (above, steps) => {
        const { installation, site } = begin(above);
        for (const { commands, by, looks } of steps) {
          site.submit(
            commands.flatMap((one) => commandOf(one, site)),
            by,
          );
          if (looks !== null) await expectSeenNow(site, looks);
        }
        const head = installation.position();
        for (const token of tokenIds) {
          await expectSeenNow(site, token);
          for (const at of new Set([Math.floor(head / 4), Math.floor(head / 2), head - 1]))
            await expectSeenThen(site, token, at);
          expectMirrored(site, token);
          expectMirrored(site, token, confined);
        }
        installation.finish();
      },
    ),
    {
      numRuns,
      ...(process.env.ACCESS_SEED !== undefined && { seed: Number(process.env.ACCESS_SEED) }),
      ...(process.env.ACCESS_PATH !== undefined && { path: process.env.ACCESS_PATH, endOnFailure: true }),
    },
  );
}, 3_600_000);

/** A site in which there are some pages, and six tokens. @param above what is above the thirteenth page and those after it */
function begin(above: readonly (string | null)[]): { installation: Installation; site: Site } {
  grants = 0;
  const installation = openInstallation();
  const site = new Site(installation);
  site.submit([createPage('p0'), createPage('p1'), createPage('p2', { parent: 'p0' })], null);
  for (const [index, parent] of above.entries())
    site.submit([createPage(`p${12 + index}`, { parent })], null);
  site.submit([publishPage('p0'), publishPage('p2')], null);
  for (const [index, [given, path]] of first.entries()) {
    const place = path === null ? {} : { path };
    const token = { token: tokenIds[index] as string, name: '', hash: '', expiresAt: null, ...place };
    site.submit([{ kind: 'create-token', role: given, ...token }], null);
  }
  return { installation, site };
}

test('what somebody has looked at is not shown to anybody once it is otherwise', async () => {
  const few = fc.record({ asked: askedOf(['p0', 'p1', 'p2', 'p3']), looks: fc.constantFrom(...tokenIds) });
  await fc.assert(
    fc.asyncProperty(fc.array(few, { minLength: 2, maxLength: 10, size: 'max' }), async (steps) => {
      const { installation, site } = begin([]);
      for (const { asked, looks } of steps) {
        await expectSeenNow(site, looks);
        site.submit([...commandOf(asked, site)], null);
      }
      for (const token of tokenIds) await expectSeenNow(site, token);
      installation.finish();
    }),
    { numRuns: Number(process.env.ACCESS_RUNS ?? 400) },
  );
}, 3_600_000);

function commandOf(asked: Asked, { world }: Site): readonly Command[] {
  if (asked.kind !== 'grant-at') return [asked];
  const { token, role: given, page: at } = asked;
  const path = at === null ? null : world.pages.has(at) ? model.pathOf(world, at, 'all') : null;
  if (at !== null && path === null) return [];
  const principal = { kind: 'token', id: token } as const;
  return [{ kind: 'give-grant', grant: `g${grants++}`, principal, role: given, path }];
}
