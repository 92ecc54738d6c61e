import type { Grantee } from '../events/grantee.js';
import type { Role } from '../events/role.js';

/** A role from a page downwards (its id), or in the whole site (null). */
export interface Held {
  readonly role: Role;
  readonly anchor: string | null;
}

/** What was given to somebody, as plain data: it travels with a change set to the thread that writes. */
export interface Rights {
  readonly held: readonly Held[];
  /** Of the visitor whom a rendering server asks for: they let protected pages be viewed, and nothing else. */
  readonly visitor?: readonly Held[];
  /** Whose they are: what they were before is told by these, where what happened is. */
  readonly grantees?: readonly Grantee[];
  /** What they may do was not always so: something was given to them later, or taken back. */
  readonly hasChanged?: boolean;
  /** It may keep what is protected, as it asks again for each visitor. */
  readonly isCache?: boolean;
}

/** A role in the whole site. */
export function everywhere(role: Role): Rights {
  return { held: [{ role, anchor: null }] };
}

/** How far a role goes: each may do what those before it may. `metrics` sees no page. */
const levels: Readonly<Record<Role, number>> = {
  metrics: 0,
  render: 1,
  viewer: 2,
  editor: 3,
  publisher: 4,
  admin: 5,
};

export const levelOf = (role: Role): number => levels[role];

/** What of a page decides where in the tree it is. */
export interface Somewhere {
  readonly id: string;
  /** Ids of the pages above it that are not deleted. */
  readonly above: readonly string[];
  /** The page whose deletion took it along; null: it is there. */
  readonly deletedRoot: string | null;
}

/** Levels by place: that of the whole site, and of the pages from which down it is a higher one. */
export interface Levels {
  readonly whole: number;
  readonly anchors: ReadonlyMap<string, number>;
}

export function levelsOf(held: readonly Held[]): Levels {
  const whole = Math.max(0, ...held.flatMap(({ role, anchor }) => (anchor === null ? [levelOf(role)] : [])));
  const anchors = new Map<string, number>();
  for (const { role, anchor } of held) {
    const level = levelOf(role);
    if (anchor !== null && level > Math.max(whole, anchors.get(anchor) ?? 0)) anchors.set(anchor, level);
  }
  return { whole, anchors };
}

/**
 * Grants add up and are inherited downwards: the highest level of those that the page is at, or beneath. An anchor that is deleted
 * sleeps until it is brought back.
 */
export function levelAt({ whole, anchors }: Levels, page: Somewhere): number {
  if (anchors.size === 0) return whole;
  let level = Math.max(whole, page.deletedRoot === null ? (anchors.get(page.id) ?? 0) : 0);
  for (const id of page.above) level = Math.max(level, anchors.get(id) ?? 0);
  return level;
}
