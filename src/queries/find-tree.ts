import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import { Refusal } from '../refusal.js';
import { statusOf } from '../events/page.js';
import { cursorAt, readKey, type Part } from './cursor.js';
import type { PageView } from './page-view.js';
import { ReadModel, type AsOf } from './read-model.js';
import { statements } from './statements.js';
import { treeNow, treeThen, type TreeSource } from './tree-source.js';
import type { Start } from './tree-walk.js';

/**
 * The tree, or what hangs at `root` (itself included), down to `depth` levels (1: no children), in the
 * order in which a reader turns them: each before its children.
 */
export class FindTree extends Query<TreePiece> {
  constructor(
    readonly access: Access,
    readonly part: Part,
    readonly root?: string,
    readonly depth = Infinity,
    readonly asOf?: AsOf,
  ) {
    super();
  }
}

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

/** A piece of the tree. What was cut off goes on after `next`: the pages above it come again, with the rest of their children. */
export interface TreePiece {
  readonly items: readonly TreeNode[];
  /** Null at the end. */
  readonly next: string | null;
  /** The log position that it reflects. */
  readonly position: number;
  /** The last one that changed anything in the tree of whoever asks. */
  readonly changedPosition: number;
}

/** What a node shows, and not more: a thousand of them are read at once. */
interface NodeRow {
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

interface TreeRow extends NodeRow {
  readonly level: number;
}

interface PlacedRow extends NodeRow {
  /** By itself. */
  readonly isProtected: number;
}

/** A page that the walk has come to, or goes on beneath. */
interface Step {
  readonly id: string;
  readonly parent: string | null;
  readonly rank: string;
  /** Its path but for what stands above it. */
  readonly node: Omit<TreeNode, 'path' | 'children'>;
}

/**
 * Readers see what is published, and nothing beneath what is not.
 * @throws Refusal `not-found` for the root, and for readers who ask for the past; `malformed-request` for a cursor
 */
@QueryHandler(FindTree)
export class FindTreeHandler implements IQueryHandler<FindTree> {
  private readonly prepared;

  constructor(private readonly model: ReadModel) {
    this.prepared = statements(model.db);
  }

  execute(query: FindTree): Promise<TreePiece> {
    return Promise.resolve(this.model.snapshot(() => this.find(query)));
  }

  private find({ access, part, root, depth, asOf }: FindTree): TreePiece {
    const pages = this.model.mostPages();
    this.model.requireFew(Math.min(part.limit, pages), pages);
    const at = asOf === undefined ? undefined : this.model.positionFor(access, asOf);
    const walk = new Walk(this.model, this.prepared, access, at);
    const regions = walk.regionsOf(root);
    if (!regions) throw new Refusal('not-found', `there is no page ${root ?? ''} in the tree`);

    const after = readKey(part);
    const way = after === undefined ? undefined : walk.wayTo(after, regions);
    const piece = new Growing();
    for (const region of way ? regions.slice(regions.indexOf(way.region)) : regions) {
      const left = part.limit + 1 - piece.size;
      if (left <= 0) break;
      const goesOn = way?.region === region ? way.steps : undefined;
      walk.fill(piece, region, goesOn, { depth: Math.min(depth, deepest), limit: left });
    }
    const isCut = piece.size > part.limit;
    if (isCut) piece.dropLast();
    return {
      items: piece.items,
      next: isCut ? cursorAt(part.list, piece.last) : null,
      position: at ?? this.model.position(),
      changedPosition: at ?? this.model.shownPosition(access),
    };
  }
}

/** A part of the tree that is shown in one piece: the whole of it (no root), or what hangs at a page. */
interface Region {
  readonly root: Step | undefined;
}

/** Walks the tree as somebody sees it, now or as of a position. */
class Walk {
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
    piece: Growing,
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

/** More than any tree has. */
const deepest = 1_000_000;

/** Nests pages that come one by one, each before its children. */
class Growing {
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

function stepOf(row: NodeRow): Step {
  const { id, parent, rank, slug, title, type, contentVersion, publishedVersion, isAll } = row;
  const { createdAt, updatedAt, publishedAt, childCount } = row;
  const status =
    isAll === 1 ? statusOf({ contentVersion, publishedVersion, deletedRoot: null }) : 'published';
  const node = { id, slug, title, type, createdAt, updatedAt, publishedAt, childCount, status };
  return { id, parent, rank, node };
}

/** What comes after the last page of a way: what is beneath it, then its later siblings, then those of the page above it. */
function startsAfter(way: readonly Step[], isRooted: boolean): readonly Start[] {
  const later = way
    .map(({ parent, rank }, index) => ({ parent, rank, level: index + 1 }))
    .filter(({ level }) => !isRooted || level > 1);
  return [...later, { parent: way.at(-1)?.id ?? null, rank: '', level: way.length + 1 }];
}
