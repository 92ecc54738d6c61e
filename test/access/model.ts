import type { RecordedEvent } from '../../src/events/event.js';
import type { Grantee } from '../../src/events/grantee.js';
import type { Role } from '../../src/events/role.js';

/** What is there as of a position, told naively: each question walks up from the page, and nothing is remembered. */
export interface World {
  readonly pages: ReadonlyMap<string, ModelPage>;
  readonly grants: ReadonlyMap<string, ModelGrant>;
}

interface ModelPage {
  readonly parent: string | null;
  readonly slug: string | null;
  readonly rank: string | null;
  readonly version: number;
  readonly published: number | null;
  readonly isProtected: boolean;
  readonly isDeleted: boolean;
}

interface ModelGrant {
  readonly token: string;
  readonly role: Role;
  readonly anchor: string | null;
}

export const empty: World = { pages: new Map(), grants: new Map() };

const levels: readonly Role[] = ['render', 'viewer', 'editor', 'publisher', 'admin'];

export function after(world: World, event: RecordedEvent): World {
  const pages = new Map(world.pages);
  const grants = new Map(world.grants);
  const { stream } = event;
  const change = (over: Partial<ModelPage>): void => {
    pages.set(stream, { ...(pages.get(stream) as ModelPage), ...over });
  };
  switch (event.type) {
    case 'PageCreated': {
      const { parent = null, slug = null, rank = null } = event.data.place ?? {};
      const fresh = { published: null, isProtected: false, isDeleted: false };
      pages.set(stream, { parent, slug, rank, version: 1, ...fresh });
      break;
    }
    case 'PageSaved':
    case 'PageRestored':
      change({ version: event.data.version });
      break;
    case 'PageMoved':
      change(event.data);
      break;
    case 'PagePublished':
      change({ published: event.data.version });
      break;
    case 'PageUnpublished':
      change({ published: null });
      break;
    case 'PageProtected':
    case 'PageUnprotected':
      change({ isProtected: event.type === 'PageProtected' });
      break;
    case 'PageDeleted':
    case 'PageUndeleted':
      change({ isDeleted: event.type === 'PageDeleted' });
      break;
    case 'TokenCreated':
      if (event.data.role === undefined) break; // a session has nothing of its own
      grants.set(stream, { token: stream, role: event.data.role, anchor: event.data.anchor ?? null });
      break;
    case 'GrantGiven': {
      const { principal, role, anchor } = event.data;
      grants.set(stream, { token: tokenOf(principal), role, anchor });
      break;
    }
    case 'GrantRevoked':
      grants.delete(stream);
      break;
    default:
  }
  return { pages, grants };
}

function tokenOf(principal: Grantee): string {
  if (principal.kind === 'token') return principal.id;
  throw new Error('only tokens are given anything here');
}

/** The page, and those above it. */
export function upwards({ pages }: World, id: string): readonly string[] {
  const parent = pages.get(id)?.parent ?? null;
  return parent === null ? [id] : [id, ...upwards({ pages, grants: new Map() }, parent)];
}

export function isThere(world: World, id: string): boolean {
  return world.pages.has(id) && upwards(world, id).every((one) => world.pages.get(one)?.isDeleted === false);
}

/** 0: nothing, 1: render … 5: admin. */
export function levelOf(world: World, token: string, id: string | null): number {
  const above = id === null ? [] : upwards(world, id);
  const counts = ({ anchor }: ModelGrant): boolean =>
    anchor === null || (above.includes(anchor) && isThere(world, anchor));
  return Math.max(
    0,
    ...[...world.grants.values()]
      .filter((grant) => grant.token === token && counts(grant))
      .map(({ role }) => levels.indexOf(role) + 1),
  );
}

export type Sight = 'nothing' | 'published' | 'all';

export function sightOf(world: World, token: string, id: string): Sight {
  const page = world.pages.get(id);
  if (!page) return 'nothing';
  const level = levelOf(world, token, id);
  if (level >= 3) return 'all';
  if (level === 0 || page.published === null || !isThere(world, id)) return 'nothing';
  const isProtected = upwards(world, id).some((one) => world.pages.get(one)?.isProtected);
  return isProtected && level < 2 ? 'nothing' : 'published';
}

/** Its path as somebody sees it; null where it has none for them. */
export function pathOf(world: World, id: string, sight: Sight): string | null {
  const way = upwards(world, id).map((one) => world.pages.get(one) as ModelPage);
  if (world.pages.get(id)?.slug === null || !isThere(world, id)) return null;
  if (sight === 'published' && way.some(({ published }) => published === null)) return null;
  return way.reduceRight((path, { slug }) => `${path}/${slug ?? ''}`, '');
}

/** Whether somebody finds a page in their tree: it is seen there, and so are all above it up to where something of theirs begins. */
export function isInTree(world: World, token: string, id: string): boolean {
  const page = world.pages.get(id);
  const sight = sightOf(world, token, id);
  if (!page || page.slug === null || sight === 'nothing' || !isThere(world, id)) return false;
  return sight === 'all' || pathOf(world, id, sight) !== null;
}

/** What may be done with a page as it is. */
export function permissionsOf(world: World, token: string, id: string): readonly string[] {
  const level = levelOf(world, token, id);
  const isPublished = (world.pages.get(id) as ModelPage).published !== null;
  const needed = {
    read: 1,
    save: 3,
    move: isPublished ? 4 : 3,
    delete: isPublished ? 4 : 3,
    publish: 4,
    administer: 5,
  };
  return Object.entries(needed).flatMap(([name, least]) => (level >= least ? [name] : []));
}
