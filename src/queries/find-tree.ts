import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import { Refusal } from '../refusal.js';
import { statusOf } from '../events/page.js';
import { cursorAt, readKey, type Part } from './cursor.js';
import { aliveThen, thenTables } from './page-columns.js';
import type { PageView } from './page-view.js';
import { ReadModel, type Moment } from './read-model.js';

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
  readonly children: readonly TreeNode[];
}

/** A piece of the tree. What was cut off goes on after `next`: the pages above it come again, with the rest of their children. */
export interface TreePiece {
  readonly items: readonly TreeNode[];
  /** Null at the end. */
  readonly next: string | null;
  /** The log position that it reflects. */
  readonly position: number;
}

/** What a node shows, and not more: a thousand of them are read at once. */
type NodeRow = [
  id: string,
  parent: string | null,
  slug: string | null,
  rank: string,
  title: string | null,
  type: string,
  contentVersion: number,
  publishedVersion: number | null,
];

type TreeRow = [level: number, ...node: NodeRow];

/** Where the walk goes on: children of `parent` (null: the top level) that come after `rank`, at a level from 1. */
interface Start {
  readonly parent: string | null;
  readonly rank: string;
  readonly level: number;
}

/** A page that the walk has come to, or goes on beneath. */
interface Step {
  readonly id: string;
  readonly parent: string | null;
  readonly rank: string;
  readonly node: TreeNode;
}

/**
 * Readers see what is published, and nothing beneath what is not.
 * @throws Refusal `not-found` for the root, and for readers who ask for the past; `malformed-request` for a cursor
 */
@QueryHandler(FindTree)
export class FindTreeHandler implements IQueryHandler<FindTree> {
  constructor(private readonly model: ReadModel) {}

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
    const piece = new Growing();
    if (above.length > 0) piece.goOnBeneath(above);
    else if (first) piece.add(1, first);
    const starts =
      above.length > 0
        ? startsAfter(above, root)
        : [{ parent: root ?? null, rank: '', level: first ? 2 : 1 }];
    const left = part.limit - piece.size;
    const rows = this.model.db
      .prepare<unknown[], TreeRow>(source.walk)
      .raw()
      .all({
        ...source.bound,
        starts: JSON.stringify(starts),
        depth: Math.min(depth, deepest),
        limit: left + 1,
      });
    for (const [level, ...node] of rows.slice(0, left)) piece.add(level, stepOf(node, access));
    const next = rows.length > left ? cursorAt(part.list, piece.last) : null;
    return { items: piece.items, next, position: at ?? this.model.position() };
  }

  /** A page in the tree, if the asker may see it there. */
  private stepTo(id: string, source: Source, access: Access): Step | undefined {
    const row = this.model.db
      .prepare<unknown[], NodeRow>(source.find)
      .raw()
      .get({ ...source.bound, id });
    if (!row || this.model.pages.isBeneathDeleted(row[1], source.bound.at)) return undefined;
    return !access.isReader || this.model.pages.isOpenBeneath(row[1]) ? stepOf(row, access) : undefined;
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

  add(level: number, { id, node }: Step): void {
    this.branches.length = level - 1;
    this.branches.push({ ...node, children: [] });
    this.connect(level - 1);
    this.size += 1;
    this.last = id;
  }

  /** What comes hangs beneath pages that were answered before; they come again where something does. */
  goOnBeneath(way: readonly Step[]): void {
    this.branches = way.map(({ node }) => ({ ...node, children: [] }));
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

function stepOf(row: NodeRow, access: Access): Step {
  const [id, parent, slug, rank, title, type, contentVersion, publishedVersion] = row;
  const status = access.isReader
    ? 'published'
    : statusOf({ contentVersion, publishedVersion, deletedRoot: null });
  return { id, parent, rank, node: { id, slug, title, type, status, children: [] } };
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

function treeNow(access: Access): Source {
  const isSeen = `pages.slug IS NOT NULL AND deleted_position IS NULL${access.isReader ? ' AND published_version IS NOT NULL' : ''}`;
  const version = access.isReader ? 'published_version' : 'content_version';
  const columns =
    'pages.id, pages.parent, pages.slug, pages.rank, title, type, content_version, published_version';
  const tables = `pages JOIN versions ON versions.page = pages.number AND versions.version = ${version}`;
  return {
    walk: walking(
      'pages',
      isSeen,
      `${columns} FROM walk CROSS JOIN ${tables} WHERE pages.number = walk.number`,
    ),
    find: `SELECT ${columns} FROM ${tables} WHERE pages.id = $id AND ${isSeen}`,
    bound: {},
  };
}

function treeThen(at: number): Source {
  const isSeen = `places.slug IS NOT NULL AND ${aliveThen}`;
  const columns = `places.id, places.parent, places.slug, places.rank, title, type, versions.version, publications.version`;
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

/**
 * One statement for however many pages: what waits is taken in the order of levels from below, then of ranks, which is the
 * order of a reader (sqlite.org/lang_with.html, "Controlling Depth-First Versus Breadth-First Search").
 */
function walking(table: 'pages' | 'places', isSeen: string, select: string): string {
  const number = table === 'places' ? 'places.page' : 'pages.number';
  return `WITH RECURSIVE
    starts (parent, rank, level) AS MATERIALIZED (
      SELECT value ->> 'parent', value ->> 'rank', value ->> 'level' FROM json_each($starts)),
    walk (level, rank, id, number) AS (
      SELECT starts.level, ${table}.rank, ${table}.id, ${number} FROM starts
      CROSS JOIN ${table} ON ${table}.parent IS starts.parent AND ${table}.rank > starts.rank
      WHERE starts.level <= $depth AND ${isSeen}
      UNION ALL
      SELECT walk.level + 1, ${table}.rank, ${table}.id, ${number} FROM walk
      CROSS JOIN ${table} ON ${table}.parent = walk.id
      WHERE walk.level < $depth AND ${isSeen}
      ORDER BY 1 DESC, 2 LIMIT $limit)
    SELECT walk.level, ${select} LIMIT $limit`;
}
