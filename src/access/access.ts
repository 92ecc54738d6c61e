import { families, type Family, type Role } from '../events/event.js';
import { Refusal } from '../refusal.js';

/** What somebody may do: with a page, or with the installation. */
export type Permission = 'measure' | 'read' | 'save' | 'move' | 'delete' | 'publish' | 'administer';

/** What was given to somebody, as plain data: it travels with a change set to the thread that writes. */
export interface Rights {
  readonly role: Role;
}

/**
 * What of a page decides who may do what with it. `null` stands for no page in particular: what is asked then is
 * whether there could be one.
 */
export interface Protectable {
  readonly publishedVersion: number | null;
}

/** What somebody may see and do. Made once for a request; rules, queries and answers ask nothing else. */
export interface Access {
  /** Those with equal keys may and see the same: the name under which an answer may be remembered. */
  readonly key: string;
  readonly rights: Rights;
  /** Nothing but what is published now: no drafts, no past, and no word of either. */
  readonly isReader: boolean;
  /** What the events may be about that are shown. */
  readonly families: readonly Family[];
  may(permission: Permission, page?: Protectable): boolean;
}

const nothingPublished: Protectable = { publishedVersion: null };

const accesses: Readonly<Record<Role, Access>> = {
  metrics: accessOfRole('metrics'),
  render: accessOfRole('render'),
  editor: accessOfRole('editor'),
  publisher: accessOfRole('publisher'),
  admin: accessOfRole('admin'),
};

/** What these rights come to. */
export function accessOf({ role }: Rights): Access {
  return accesses[role];
}

function accessOfRole(role: Role): Access {
  return {
    key: role,
    rights: { role },
    isReader: role === 'render' || role === 'metrics',
    families: role === 'admin' ? families : ['page'],
    may: (permission, page = nothingPublished) => permissions(role, page).includes(permission),
  };
}

/** What a role may do with a page. What readers see is moved and deleted only by those who may publish. */
function permissions(role: Role, page: Protectable): readonly Permission[] {
  switch (role) {
    case 'metrics':
      return ['measure'];
    case 'render':
      return ['read'];
    case 'editor':
      return page.publishedVersion === null ? ['read', 'save', 'move', 'delete'] : ['read', 'save'];
    case 'publisher':
      return ['read', 'save', 'move', 'delete', 'publish'];
    case 'admin':
      return ['measure', 'read', 'save', 'move', 'delete', 'publish', 'administer'];
  }
}

/** A page that goes with all that hangs beneath it: published, where anything of it is. */
export function withBeneath(
  { publishedVersion }: Protectable,
  { published }: { readonly published: number },
): Protectable {
  return { publishedVersion: publishedVersion ?? (published > 0 ? published : null) };
}

const ofPages = ['read', 'save', 'move', 'delete', 'publish', 'administer'] as const;

/** What comes to something with the page as it is: of a deleted one, nothing but to bring it back. */
export function possible(
  access: Access,
  page: Protectable & { readonly id: string; readonly deletedRoot: string | null },
): readonly (Permission | 'undelete')[] {
  const all = ofPages.filter((permission) => access.may(permission, page));
  if (page.deletedRoot === null) return all;
  const left = all.filter((permission) => permission === 'read' || permission === 'administer');
  return page.deletedRoot === page.id && all.includes('delete') ? [...left, 'undelete'] : left;
}

/** @throws Refusal `forbidden` */
export function requirePermission(access: Access, permission: Permission, page?: Protectable): void {
  if (access.may(permission, page)) return;
  const isOfPublished = (page?.publishedVersion ?? null) !== null && access.may(permission);
  throw new Refusal(
    'forbidden',
    `the role "${access.rights.role}" does not include the permission to ${permission}${isOfPublished ? ' a published page' : ''}`,
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
