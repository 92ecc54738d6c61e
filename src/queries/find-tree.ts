import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Role } from '../events/event.js';
import { Refusal } from '../refusal.js';
import {
  aliveThen,
  nowColumns,
  nowTables,
  pageView,
  thenColumns,
  thenTables,
  type PageRow,
  type PageView,
} from './page-view.js';
import { ReadModel, type Moment } from './read-model.js';

/** The tree, or what hangs at `root` (itself included), down to `depth` levels (1: no children). */
export class FindTree {
  constructor(
    readonly role: Role,
    readonly root?: string,
    readonly depth = Infinity,
    readonly asOf?: Moment,
  ) {}
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

type Find = (key: string | null) => readonly PageView[];

/**
 * Readers see what is published, and nothing beneath what is not.
 * @throws Refusal `not-found` for the root, and for readers who ask for the past
 */
@QueryHandler(FindTree)
export class FindTreeHandler implements IQueryHandler<FindTree, readonly TreeNode[]> {
  constructor(private readonly model: ReadModel) {}

  execute(query: FindTree): Promise<readonly TreeNode[]> {
    return Promise.resolve(this.model.snapshot(() => this.find(query)));
  }

  private find({ role, root, depth, asOf }: FindTree): readonly TreeNode[] {
    const { byId, children } =
      asOf === undefined ? this.current(role) : this.past(this.model.positionFor(role, asOf));
    const grow = (page: PageView, levels: number): TreeNode => ({
      id: page.id,
      slug: page.slug,
      title: page.title,
      type: page.type,
      status: role === 'render' ? 'published' : page.status,
      children: levels > 1 ? children(page.id).map((child) => grow(child, levels - 1)) : [],
    });
    const top = root === undefined ? children(null) : byId(root);
    if (root !== undefined && top.length === 0)
      throw new Refusal('not-found', `there is no page ${root} in the tree`);
    return top.map((page) => grow(page, depth));
  }

  private current(role: Role): { byId: Find; children: Find } {
    const version = role === 'render' ? 'published_version' : 'content_version';
    const select = `SELECT ${nowColumns} FROM ${nowTables}
      WHERE versions.version = ${version} AND deleted_root IS NULL AND pages.slug IS NOT NULL`;
    return this.finders(
      `${select} AND pages.id = $key`,
      `${select} AND pages.parent IS $key ORDER BY pages.rank`,
      {},
    );
  }

  private past(at: number): { byId: Find; children: Find } {
    const select = `SELECT ${thenColumns} FROM ${thenTables} WHERE ${aliveThen} AND places.path IS NOT NULL`;
    return this.finders(
      `${select} AND pages.id = $key`,
      `${select} AND places.parent IS $key ORDER BY places.rank`,
      { at },
    );
  }

  private finders(byId: string, children: string, bound: object): { byId: Find; children: Find } {
    const find = (sql: string): Find => {
      const statement = this.model.db.prepare<unknown[], PageRow>(sql).raw();
      return (key) => statement.all({ ...bound, key }).map(pageView);
    };
    return { byId: find(byId), children: find(children) };
  }
}
