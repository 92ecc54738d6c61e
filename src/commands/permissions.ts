import type { Role } from '../events/event.js';
import type { Subtree } from '../projections/pages.js';
import { Refusal } from '../refusal.js';

export type Permission = 'read' | 'save' | 'move' | 'delete' | 'publish' | 'administer';

interface Publishable {
  readonly publishedVersion: number | null;
}

/** A page that goes with all that hangs beneath it: published, where anything of it is. */
export function withBeneath({ publishedVersion }: Publishable, { published }: Subtree): Publishable {
  return { publishedVersion: publishedVersion ?? (published > 0 ? published : null) };
}

/** What a role may do with a page. What readers see is moved and deleted only by those who may publish. */
function permissions(role: Role, page: Publishable): readonly Permission[] {
  switch (role) {
    case 'render':
      return ['read'];
    case 'editor':
      return page.publishedVersion === null ? ['read', 'save', 'move', 'delete'] : ['read', 'save'];
    case 'publisher':
      return ['read', 'save', 'move', 'delete', 'publish'];
    case 'admin':
      return ['read', 'save', 'move', 'delete', 'publish', 'administer'];
  }
}

/** What of that comes to something with the page as it is: of a deleted one, nothing but to bring it back. */
export function possible(
  role: Role,
  page: Publishable & { readonly id: string; readonly deletedRoot: string | null },
): readonly (Permission | 'undelete')[] {
  const all = permissions(role, page);
  if (page.deletedRoot === null) return all;
  const left = all.filter((permission) => permission === 'read' || permission === 'administer');
  return page.deletedRoot === page.id && all.includes('delete') ? [...left, 'undelete'] : left;
}

/** @throws Refusal `forbidden` */
export function requirePermission(
  role: Role,
  permission: Permission,
  page: Publishable = { publishedVersion: null },
): void {
  if (permissions(role, page).includes(permission)) return;
  const what = page.publishedVersion === null || role === 'render' ? '' : ' a published page';
  throw new Refusal(
    'forbidden',
    `the role "${role}" does not include the permission to ${permission}${what}`,
    {
      permission,
    },
  );
}
