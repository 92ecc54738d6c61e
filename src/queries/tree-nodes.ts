import { statusOf } from '../events/page.js';
import type { PageView } from './page-view.js';

/** Children in their order. */
export interface TreeNode {
  readonly id: string;
  readonly slug: string | null;
  readonly title: string | null;
  readonly type: string;
  readonly status: PageView['status'];
  readonly path: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly publishedAt: string | null;
  /** Of pages right beneath it that whoever asks may see, whether or not they are in this answer. */
  readonly childCount: number;
  readonly children: readonly TreeNode[];
}

/** What a node shows, and not more: a thousand of them are read at once. */
export interface NodeRow {
  readonly id: string;
  readonly parent: string | null;
  readonly slug: string;
  readonly rank: string;
  readonly title: string | null;
  readonly type: string;
  readonly contentVersion: number;
  readonly publishedVersion: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly publishedAt: string | null;
  readonly childCount: number;
  /** Whether its newest version is shown, or else the one that is published. */
  readonly isAll: number;
}

export interface TreeRow extends NodeRow {
  readonly level: number;
}

export interface PlacedRow extends NodeRow {
  /** By itself. */
  readonly isProtected: number;
}

/** A page that the walk has come to, or goes on beneath. */
export interface Step {
  readonly id: string;
  readonly parent: string | null;
  readonly rank: string;
  /** Its path but for what stands above it. */
  readonly node: Omit<TreeNode, 'path' | 'children'>;
}

/** Nests pages that come one by one, each before its children. */
export class GrowingTree {
  readonly items: Branch[] = [];
  /** The newest page of each level down to the last one. */
  private branches: Branch[] = [];
  private base = '';
  private before = '';
  size = 0;
  last = '';

  /** What comes next hangs elsewhere. @param base the path above its first level */
  begin(base: string): void {
    this.base = base;
    this.branches = [];
  }

  add(level: number, step: Step): void {
    this.branches.length = level - 1;
    this.branch(step);
    this.connect(level - 1);
    this.size += 1;
    this.before = this.last;
    this.last = step.id;
  }

  /** Takes the last page away again: that it is there was all there was to know. */
  dropLast(): void {
    const dropped = this.branches.pop();
    const siblings = this.branches.at(-1)?.children ?? this.items;
    if (dropped && siblings.at(-1) === dropped) siblings.pop();
    this.size -= 1;
    this.last = this.before;
  }

  /** What comes hangs beneath pages that were answered before; they come again where something does. */
  goOnBeneath(way: readonly Step[]): void {
    for (const step of way) this.branch(step);
  }

  private branch({ node }: Step): void {
    const { id, slug, ...more } = node;
    const path = `${this.branches.at(-1)?.path ?? this.base}/${slug ?? ''}`;
    this.branches.push({ id, slug, path, ...more, children: [] });
  }

  /** Hangs a branch, and those above it, where they belong; some hang there already. */
  private connect(index: number): void {
    for (let at = index; at >= 0; at--) {
      const branch = this.branches[at];
      const siblings = at === 0 ? this.items : this.branches[at - 1]?.children;
      if (!branch || !siblings || siblings.at(-1) === branch) return;
      siblings.push(branch);
    }
  }
}

interface Branch extends TreeNode {
  readonly children: Branch[];
}

/** A page that a row is of. */
export function stepOf(row: NodeRow): Step {
  const { id, parent, rank, slug, title, type, contentVersion, publishedVersion, isAll } = row;
  const { createdAt, updatedAt, publishedAt, childCount } = row;
  const status =
    isAll === 1 ? statusOf({ contentVersion, publishedVersion, deletedRoot: null }) : 'published';
  const node = { id, slug, title, type, createdAt, updatedAt, publishedAt, childCount, status };
  return { id, parent, rank, node };
}
