import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import { Refusal } from '../refusal.js';
import { statusOf } from '../events/page.js';
import { cursorAt, readKey, type Part } from './cursor.js';
import {
  aliveThen,
  nowColumns,
  nowTables,
  spanAt,
  thenColumns,
  thenTables,
  type Columns,
} from './page-columns.js';
import type { PageView } from './page-view.js';
import { ReadModel, type Moment } from './read-model.js';
import { statements } from './statements.js';
import { walking, type Start } from './tree-walk.js';

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
    readonly asOf?: Moment,
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
}

interface TreeRow extends NodeRow {
  readonly level: number;
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
    const source = at === undefined ? treeNow(access) : treeThen(at);
    const first = root === undefined ? undefined : this.stepTo(root, source, access);
    if (root !== undefined && !first) throw new Refusal('not-found', `there is no page ${root} in the tree`);

    const after = readKey(part);
    const above = after === undefined ? [] : this.wayTo(after, root, source, access);
    const piece = new Growing(first ? this.model.pages.pathAbove(first.parent, at) : '');
    if (above.length > 0) piece.goOnBeneath(above);
    else if (first) piece.add(1, first);
    const starts =
      above.length > 0
        ? startsAfter(above, root)
        : [{ parent: root ?? null, rank: '', level: first ? 2 : 1 }];
    const left = part.limit - piece.size;
    const rows = this.prepared<unknown[], TreeRow>(source.walk).all({
      ...source.bound,
      starts: JSON.stringify(starts),
      depth: Math.min(depth, deepest),
      limit: left + 1,
    });
    for (const row of rows.slice(0, left)) piece.add(row.level, stepOf(row, access));
    const next = rows.length > left ? cursorAt(part.list, piece.last) : null;
    return {
      items: piece.items,
      next,
      position: at ?? this.model.position(),
      changedPosition: at ?? this.model.shownPosition(access),
    };
  }

  /** A page in the tree, if the asker may see it there. */
  private stepTo(id: string, source: Source, access: Access): Step | undefined {
    const row = this.prepared<unknown[], NodeRow>(source.find).get({ ...source.bound, id });
    if (!row || this.model.pages.isBeneathDeleted(row.parent, source.bound.at)) return undefined;
    return !access.isReader || this.model.pages.isOpenBeneath(row.parent) ? stepOf(row, access) : undefined;
  }

  /** From the top, or the root, down to a page. @throws Refusal `malformed-request` where it isn't there any more */
  private wayTo(id: string, root: string | undefined, source: Source, access: Access): readonly Step[] {
    const way: Step[] = [];
    for (let next: string | null = id; next !== null && (root === undefined || way[0]?.id !== root);) {
      const step = this.stepTo(next, source, access);
      if (!step) break;
      way.unshift(step);
      next = step.parent;
    }
    const [first] = way;
    if (first && (root === undefined ? first.parent === null : first.id === root)) return way;
    throw new Refusal(
      'malformed-request',
      'the tree has changed since this cursor was made: begin again without it',
      {
        parameter: 'cursor',
      },
    );
  }
}

/** More than any tree has. */
const deepest = 1_000_000;

/** Nests pages that come one by one, each before its children. */
class Growing {
  readonly items: Branch[] = [];
  /** The newest page of each level down to the last one. */
  private branches: Branch[] = [];
  size = 0;
  last = '';

  /** @param base the path above its first level */
  constructor(private readonly base: string) {}

  add(level: number, step: Step): void {
    this.branches.length = level - 1;
    this.branch(step);
    this.connect(level - 1);
    this.size += 1;
    this.last = step.id;
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

function stepOf({ level: _walked, ...row }: NodeRow & { readonly level?: number }, access: Access): Step {
  const { parent, rank, contentVersion, publishedVersion, ...node } = row;
  const status = access.isReader
    ? 'published'
    : statusOf({ contentVersion, publishedVersion, deletedRoot: null });
  return { id: row.id, parent, rank, node: { ...node, status } };
}

/** What comes after the last page of a way: what is beneath it, then its later siblings, then those of the page above it. */
function startsAfter(way: readonly Step[], root: string | undefined): readonly Start[] {
  const later = way
    .map(({ parent, rank }, index) => ({ parent, rank, level: index + 1 }))
    .filter(({ level }) => root === undefined || level > 1);
  return [...later, { parent: way.at(-1)?.id ?? null, rank: '', level: way.length + 1 }];
}

interface Source {
  /** Rows of `TreeRow` from `$starts` (JSON of `Start`s), at most `$limit`, down to level `$depth`. */
  readonly walk: string;
  /** The `NodeRow` of page `$id`, unless it was deleted by itself. */
  readonly find: string;
  readonly bound: { readonly at?: number };
}

/** The columns of `NodeRow`. @param childCount counts the children of what is called `parent` */
function nodeColumns(columns: Columns, rank: string, childCount: string): string {
  const { id, parent, slug, title, type, contentVersion, publishedVersion } = columns;
  const { createdAt, updatedAt, publishedAt } = columns;
  const chosen = { id, parent, slug, rank, title, type, contentVersion, publishedVersion };
  return Object.entries({ ...chosen, createdAt, updatedAt, publishedAt, childCount })
    .map(([name, sql]) => `${sql} AS ${name}`)
    .join(', ');
}

function treeNow({ isReader }: Access): Source {
  const seen = (pages: string): string =>
    `${pages}.slug IS NOT NULL AND ${pages}.deleted_position IS NULL${isReader ? ` AND ${pages}.published_version IS NOT NULL` : ''}`;
  const children = `(SELECT count(*) FROM pages AS child WHERE child.parent = pages.id AND ${seen('child')})`;
  const columns = nodeColumns(nowColumns, 'pages.rank', children);
  const version = `versions.version = pages.${isReader ? 'published_version' : 'content_version'}`;
  return {
    walk: walking(
      'pages',
      seen('pages'),
      `${columns} FROM walk CROSS JOIN ${nowTables()} WHERE pages.number = walk.number AND ${version}`,
    ),
    find: `SELECT ${columns} FROM ${nowTables()} WHERE pages.id = $id AND ${version} AND ${seen('pages')}`,
    bound: {},
  };
}

function treeThen(at: number): Source {
  const isSeen = `places.slug IS NOT NULL AND ${aliveThen}`;
  const children = `(SELECT count(*) FROM places AS child WHERE child.parent = places.id AND child.slug IS NOT NULL
    AND ${spanAt('child')})`;
  const columns = nodeColumns(thenColumns, 'places.rank', children);
  return {
    walk: walking(
      'places',
      isSeen,
      `${columns} FROM walk CROSS JOIN ${thenTables} WHERE places.page = walk.number AND ${aliveThen}`,
    ),
    find: `SELECT ${columns} FROM ${thenTables} WHERE pages.id = $id AND ${isSeen}`,
    bound: { at },
  };
}
