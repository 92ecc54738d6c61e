import { createHash } from 'node:crypto';
import { families, type Family } from '../events/event-types.js';
import { roles, type Role } from '../events/role.js';
import { Refusal } from '../refusal.js';
import {
  everywhere,
  levelAt,
  levelOf,
  levelsOf,
  type Levels,
  type Rights,
  type Somewhere,
} from './rights.js';

/** What somebody may do: with a page, or with the installation. */
export type Permission = 'measure' | 'read' | 'save' | 'move' | 'delete' | 'publish' | 'administer';

/** What of a page decides who may do what with it. */
export interface Protectable extends Somewhere {
  readonly publishedVersion: number | null;
}

/** What of a page decides who sees what of it. */
export interface Visible extends Protectable {
  /** It, or a page above it, is for viewers alone. */
  readonly isProtected: boolean;
}

/** How somebody sees a page: not at all, the version that is published and no past, or all of it. */
export type Sight = 'nothing' | 'published' | 'all';

/** What somebody may see and do. Made once for a request; rules, queries and answers ask nothing else. */
export interface Access {
  /** Those with equal keys may and see the same: the name under which an answer may be remembered. */
  readonly key: string;
  readonly rights: Rights;
  /** Nothing but what is published now, wherever it is: no drafts, no past, and no word of either. */
  readonly isReader: boolean;
  /** The same everywhere: nothing depends on where a page is. */
  readonly isWhole: boolean;
  /** The same everywhere, and it always was: the log is theirs as it is. */
  readonly isConstant: boolean;
  /** A reader who sees protected pages, somewhere. */
  readonly isViewer: boolean;
  /** What is protected may be kept, as it is asked for again for each visitor. */
  readonly isCache: boolean;
  /** What the events may be about that are shown. */
  readonly families: readonly Family[];
  /** Whether it may be done with this page; without one, whether there could be a page that it may be done with. */
  may(permission: Permission, page?: Protectable): boolean;
  /** Whether it may be done with what belongs to no page: the whole site. */
  mayEverywhere(permission: Permission): boolean;
  sightOf(page: Visible): Sight;
  /** Whether the page right above one that is seen is seen, too. */
  seesAbove(page: Visible & { readonly isWayPublished: boolean }): boolean;
  /** From which pages down somebody has at least this role; null: everywhere. */
  anchorsOf(least: Role): readonly string[] | null;
  /** Pages at which something begins that is more than in the whole site. */
  readonly anchors: readonly string[];
  levelAt(page: Somewhere): number;
}

const [viewing, editing, administering] = [levelOf('viewer'), levelOf('editor'), levelOf('admin')];

const ofWholeSite: ReadonlyMap<Role, Access> = new Map(
  roles.map((role) => [role, combined(everywhere(role), role)]),
);

/** What these rights come to. */
export function accessOf(rights: Rights): Access {
  const [first, ...others] = rights.held;
  const known =
    first?.anchor === null && others.length === 0 && !rights.visitor && !rights.isCache && !rights.hasChanged;
  return (known ? ofWholeSite.get(first.role) : undefined) ?? combined(rights, keyOf(rights));
}

/** The same but for the visitor whom somebody asks for. */
export function withoutVisitor({ rights }: Access): Access {
  const { visitor: _visitor, ...own } = rights;
  return accessOf(own);
}

/** Equal for equal rights, in whatever order they were given. Stands in ETags. */
function keyOf({ held, visitor, grantees = [], isCache = false, hasChanged = false }: Rights): string {
  const sorted = [held, visitor ?? []].map((some) =>
    some.map(({ role, anchor }) => `${role} ${anchor ?? ''}`).sort(),
  );
  return createHash('sha256')
    .update(JSON.stringify([isCache, hasChanged, grantees, ...sorted]))
    .digest('base64url')
    .slice(0, 16);
}

function combined(rights: Rights, key: string): Access {
  const levels = levelsOf(rights.held);
  const visitor = levelsOf(rights.visitor ?? []);
  const highest = Math.max(levels.whole, ...levels.anchors.values());
  const measures = rights.held.some(({ role, anchor }) => role === 'metrics' && anchor === null);
  // A visitor's own rights open what is protected, where whoever asks for them sees what is not.
  const levelHere = (page: Somewhere): number => {
    const level = levelAt(levels, page);
    return level === levelOf('render') && levelAt(visitor, page) >= viewing ? viewing : level;
  };
  const mayEverywhere = (permission: Permission): boolean =>
    (permission === 'measure' && measures) || isAllowed(permission, levels.whole, null);
  const isReader = highest < editing;
  const isWhole = levels.anchors.size === 0 && !rights.visitor;
  return {
    key,
    rights,
    isReader,
    isWhole,
    isConstant: isWhole && rights.hasChanged !== true,
    isViewer: isReader && (highest >= viewing || rights.visitor !== undefined),
    isCache: rights.isCache ?? false,
    families: levels.whole >= administering ? families : ['page'],
    may: (permission, page) =>
      permission === 'measure'
        ? mayEverywhere(permission)
        : isAllowed(permission, page ? levelHere(page) : highest, page?.publishedVersion ?? null),
    mayEverywhere,
    sightOf: (page) => sightAt(levelHere(page), page),
    seesAbove: (page) => {
      const level = levelHere({ ...page, id: '' });
      return (
        level >= editing || (level > 0 && page.isWayPublished && (!page.isProtected || level >= viewing))
      );
    },
    anchorsOf: (least) => anchorsIn(levels, levelOf(least)),
    anchors: [...new Set([...levels.anchors.keys(), ...visitor.anchors.keys()])],
    levelAt: levelHere,
  };
}

/** What a level may do with a page. What readers see is moved and deleted only by those who may publish. */
function isAllowed(permission: Permission, level: number, publishedVersion: number | null): boolean {
  switch (permission) {
    case 'read':
      return level >= levelOf('render');
    case 'save':
      return level >= editing;
    case 'move':
    case 'delete':
      return level >= (publishedVersion === null ? editing : levelOf('publisher'));
    case 'publish':
      return level >= levelOf('publisher');
    case 'measure':
    case 'administer':
      return level >= administering;
  }
}

function sightAt(level: number, { publishedVersion, isProtected, deletedRoot }: Visible): Sight {
  if (level >= editing) return 'all';
  if (level === 0 || publishedVersion === null || deletedRoot !== null) return 'nothing';
  return isProtected && level < viewing ? 'nothing' : 'published';
}

function anchorsIn({ whole, anchors }: Levels, least: number): readonly string[] | null {
  if (whole >= least) return null;
  return [...anchors].flatMap(([id, level]) => (level >= least ? [id] : []));
}

/** A page that goes with all that hangs beneath it: published, where anything of it is. */
export function withBeneath<P extends Protectable>(
  page: P,
  { published }: { readonly published: number },
): P {
  return { ...page, publishedVersion: page.publishedVersion ?? (published > 0 ? published : null) };
}

const ofPages = ['read', 'save', 'move', 'delete', 'publish', 'administer'] as const;

/** What comes to something with the page as it is: of a deleted one, nothing but to bring it back. */
export function possible(access: Access, page: Protectable): readonly (Permission | 'undelete')[] {
  const all = ofPages.filter((permission) => access.may(permission, page));
  if (page.deletedRoot === null) return all;
  const left = all.filter((permission) => permission === 'read' || permission === 'administer');
  return page.deletedRoot === page.id && all.includes('delete') ? [...left, 'undelete'] : left;
}

/** With a page, or (without) with any. @throws Refusal `forbidden` */
export function requirePermission(access: Access, permission: Permission, page?: Protectable): void {
  if (!access.may(permission, page)) throw forbidden(access, permission, page);
}

/** With what belongs to the whole site. @throws Refusal `forbidden` */
export function requireEverywhere(access: Access, permission: Permission): void {
  if (!access.mayEverywhere(permission)) throw forbidden(access, permission);
}

function forbidden({ rights, ...access }: Access, permission: Permission, page?: Protectable): Refusal {
  const isOfPublished =
    page !== undefined &&
    page.publishedVersion !== null &&
    access.may(permission, { ...page, publishedVersion: null });
  const held = [...new Set(rights.held.map(({ role }) => role))];
  const subject = held.length === 1 && access.isWhole ? `the role "${held.join()}" does` : 'your grants do';
  return new Refusal(
    'forbidden',
    `${subject} not include the permission to ${permission}${isOfPublished ? ' a published page' : ''}${access.isWhole ? '' : ' here'}`,
    { permission },
  );
}

/** @throws Refusal `not-found`: who only measures doesn't learn that there is anything else */
export function requireReads(access: Access): void {
  if (!access.may('read')) throw new Refusal('not-found', 'there is nothing here');
}

/** @throws Refusal `not-found`: readers don't learn that there is anything but what is published */
export function requireMore({ isReader }: Access): void {
  if (isReader) throw new Refusal('not-found', 'there is nothing here');
}
