import type { Access } from '../access/access.js';
import { Refusal } from '../refusal.js';
import type { ReadModel } from './read-model.js';
import type { statements } from './statements.js';
import { stepOf, type GrowingTree, type PlacedRow, type Step, type TreeRow } from './tree-nodes.js';
import { treeNow, treeThen, type TreeSource } from './tree-source.js';
import type { Start } from './tree-walk.js';

/** A part of the tree that is shown in one piece: the whole of it (no root), or what hangs at a page. */
export interface Region {
  readonly root: Step | undefined;
}

/** Walks the tree as somebody sees it, now or as of a position. */
export class TreeWalker {
  private readonly source: TreeSource;

  constructor(
    private readonly model: ReadModel,
    private readonly prepared: ReturnType<typeof statements>,
    private readonly access: Access,
    private readonly at: number | undefined,
  ) {
    this.source =
      at === undefined ? treeNow(access, this.levelsOfAnchors()) : treeThen(at, model.partOf(access));
  }

  /** What hangs at a page, or all that is seen; undefined where that page isn't in the tree of whoever asks. */
  regionsOf(root: string | undefined): readonly Region[] | undefined {
    if (root !== undefined) {
      const step = this.stepTo(root);
      return step && [{ root: step }];
    }
    const least = this.at === undefined ? 'render' : 'editor';
    const beginnings = this.access.anchors
      .flatMap((id) => this.stepTo(id) ?? [])
      .filter((step) => !this.isReached(step))
      .map((step) => ({ root: step, path: this.pathOf(step) }))
      .sort((one, other) => (one.path < other.path ? -1 : 1));
    return this.access.anchorsOf(least) === null ? [{ root: undefined }, ...beginnings] : beginnings;
  }

  /** Reads what is there of a region into a piece, after the last page of a way where it goes on. */
  fill(
    piece: GrowingTree,
    { root }: Region,
    goesOn: readonly Step[] | undefined,
    { depth, limit }: { readonly depth: number; readonly limit: number },
  ): void {
    piece.begin(root ? this.ancestry(root.parent).path : '');
    if (goesOn) piece.goOnBeneath(goesOn);
    else if (root) piece.add(1, root);
    const starts = goesOn
      ? startsAfter(goesOn, root !== undefined)
      : [{ parent: root?.id ?? null, rank: '', level: root ? 2 : 1 }];
    const left = goesOn || !root ? limit : limit - 1;
    if (left <= 0) return;
    const rows = this.prepared<unknown[], TreeRow>(this.source.walk).all({
      ...this.source.bound,
      starts: JSON.stringify(starts.map((start) => ({ ...start, ...this.gradeBeneath(start.parent) }))),
      depth,
      limit: left,
    });
    for (const row of rows) piece.add(row.level, stepOf(row));
  }

  /** From the beginning of its region down to a page. @throws Refusal `malformed-request` where it isn't there any more */
  wayTo(
    id: string,
    regions: readonly Region[],
  ): { readonly region: Region; readonly steps: readonly Step[] } {
    const steps: Step[] = [];
    for (let next: string | null = id; next !== null;) {
      const step = this.stepTo(next);
      if (!step) break;
      steps.unshift(step);
      const region = regions.find(({ root }) => (root ? root.id === step.id : step.parent === null));
      if (region) return { region, steps };
      next = step.parent;
    }
    throw new Refusal(
      'malformed-request',
      'the tree has changed since this cursor was made: begin again without it',
      { parameter: 'cursor' },
    );
  }

  /** A page in the tree, if the asker may see it there. */
  private stepTo(id: string): Step | undefined {
    const page = this.source.isGraded === true ? this.model.pages.latest(id)?.view : undefined;
    const graded = page && { grade: this.access.levelAt(page), isProtected: page.isProtected ? 1 : 0 };
    if (this.source.isGraded === true && !graded) return undefined;
    const row = this.prepared<unknown[], PlacedRow>(this.source.find).get({
      ...this.source.bound,
      ...graded,
      id,
    });
    if (!row) return undefined;
    const above = this.ancestry(row.parent);
    const isProtected = above.isProtected || row.isProtected === 1;
    const { publishedVersion } = row;
    const { ids, deletedRoot, isPublished } = above;
    if (deletedRoot !== null) return undefined; // who sees all sees what is deleted, but not here
    const sight = this.access.sightOf({ id, publishedVersion, above: ids, deletedRoot, isProtected });
    const isSeen = sight === 'all' || (sight === 'published' && isPublished && this.at === undefined);
    if (!isSeen) return undefined;
    return stepOf({ ...row, isAll: sight === 'all' ? 1 : 0 });
  }

  /** Whether the walk comes to a page from above: down to it all pages are seen. */
  private isReached({ parent }: Step): boolean {
    if (parent === null) return this.access.anchorsOf(this.at === undefined ? 'render' : 'editor') === null;
    const above = this.stepTo(parent);
    return above !== undefined && (this.access.anchors.includes(above.id) || this.isReached(above));
  }

  /** How far it goes from each page at which something begins. */
  private levelsOfAnchors(): Readonly<Record<string, number>> {
    const { access, model } = this;
    const known = access.anchors.flatMap((id) => model.pages.latest(id)?.view ?? []);
    return Object.fromEntries(known.map((page) => [page.id, access.levelAt(page)]));
  }

  private pathOf({ parent, node }: Step): string {
    return `${this.ancestry(parent).path}/${node.slug ?? ''}`;
  }

  private ancestry(parent: string | null) {
    return this.model.pages.ancestry(parent, this.at);
  }

  /** What the pages beneath one inherit from it and from those above. */
  private gradeBeneath(parent: string | null): { readonly grade: number; readonly isProtected: number } {
    if (this.source.isGraded !== true) return { grade: 0, isProtected: 0 };
    const { ids, deletedRoot, isProtected } = this.ancestry(parent);
    const grade = this.access.levelAt({ id: '', above: ids, deletedRoot });
    return { grade, isProtected: isProtected ? 1 : 0 };
  }
}

/** What comes after the last page of a way: what is beneath it, then its later siblings, then those of the page above it. */
function startsAfter(way: readonly Step[], isRooted: boolean): readonly Start[] {
  const later = way
    .map(({ parent, rank }, index) => ({ parent, rank, level: index + 1 }))
    .filter(({ level }) => !isRooted || level > 1);
  return [...later, { parent: way.at(-1)?.id ?? null, rank: '', level: way.length + 1 }];
}
