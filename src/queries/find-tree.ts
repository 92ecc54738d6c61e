import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import { Refusal } from '../refusal.js';
import { cursorAt, readKey, type Part } from './cursor.js';
import { ReadModel, type AsOf } from './read-model.js';
import { statements } from './statements.js';
import { GrowingTree, type TreeNode } from './tree-nodes.js';
import { TreeWalker } from './tree-walker.js';

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
    const walk = new TreeWalker(this.model, this.prepared, access, at);
    const regions = walk.regionsOf(root);
    if (!regions) throw new Refusal('not-found', `there is no page ${root ?? ''} in the tree`);

    const after = readKey(part);
    const way = after === undefined ? undefined : walk.wayTo(after, regions);
    const piece = new GrowingTree();
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

/** More than any tree has. */
const deepest = 1_000_000;
