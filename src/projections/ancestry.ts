import type { Database } from '../log/database.js';
import { Memory } from '../memory.js';
import { spanAt } from './spans.js';

/** What the pages above a page make of it. */
export interface Ancestry {
  /** Of the page right above, as in `/docs/guides`; empty at the top level. */
  readonly path: string;
  /** How many pages are above. */
  readonly depth: number;
  /** Their ids, from the top down, up to the first that was deleted. */
  readonly ids: readonly string[];
  /** The nearest of them that was deleted, which took along what is beneath it; null: none was. */
  readonly deletedRoot: string | null;
  /** The last position at which one of them moved, went or came back; 0 at the top level. */
  readonly placedPosition: number;
  /** Whether readers may know the way: all of them are published. */
  readonly isPublished: boolean;
  /** Whether what is beneath is for viewers alone, because one of them is protected. */
  readonly isProtected: boolean;
  /** The last position at which one of them began or ceased to be published, or to be protected; 0 at the top level, and in the past. */
  readonly shownPosition: number;
}

/** Above the top level. */
const top: Ancestry = {
  path: '',
  depth: 0,
  ids: [],
  deletedRoot: null,
  placedPosition: 0,
  isPublished: true,
  isProtected: false,
  shownPosition: 0,
};

/** More levels than any log has, from before there was a limit, too: what goes on longer goes round in a circle. */
const levelLimit = 10_000;

/** For every walk from parent to parent, which has to end. @throws Error at a level that there can't be; else answers the id */
export function requireLevel(id: string, level: number): string {
  if (level < levelLimit) return id;
  throw new Error(`the page ${id} hangs beneath itself: run \`palimpsest verify\``);
}

interface RememberingAncestry {
  (parent: string | null): Ancestry;
  /** The projections were put right. */
  readonly forget: () => void;
}

/** Bytes, at one a character. */
const rememberedLimitBytes = 8 * 1024 * 1024;

interface Step {
  readonly id: string;
  readonly parent: string | null;
  readonly slug: string | null;
  readonly isDeleted: boolean;
  readonly placedPosition: number;
  readonly isPublished: boolean;
  readonly isProtected: boolean;
  readonly shownPosition: number;
  /** Whether anything ever hung beneath it: what happens to it moves `tree.position` from then on. */
  readonly isAbove: boolean;
}

/** Walks up from a page's parent (null: it is at the top level), as of now in the caller's transaction. */
export function ancestryFinder(db: Database): (parent: string | null) => Ancestry {
  const stepTo = stepFinder(db);
  return (parent) => walkUp(parent, stepTo, () => undefined).reduceRight(beneath, top);
}

/**
 * The same for a connection that only reads: what was found is remembered until `tree.position` moves, but for pages beneath which nothing ever
 * hung, whose moves don't move that. Not for one that writes: what it sees may be rolled back.
 */
export function rememberingAncestry(db: Database): RememberingAncestry {
  const stepTo = stepFinder(db);
  const changedAt = treePosition(db);
  const remembered = new Memory<string, Ancestry>(
    rememberedLimitBytes,
    ({ path, ids }) => path.length + 40 * ids.length + 100,
  );
  let asOf = -1;
  const find = (parent: string | null): Ancestry => {
    if (parent === null) return top;
    const changed = changedAt();
    if (changed !== asOf) remembered.clear();
    asOf = changed;
    const steps = walkUp(parent, stepTo, (id) => remembered.get(id));
    const above = steps.at(-1)?.parent ?? (steps.length === 0 ? parent : null);
    let ancestry = above === null ? top : (remembered.get(above) ?? top);
    for (const step of steps.toReversed()) {
      ancestry = beneath(ancestry, step);
      if (step.isAbove) remembered.set(step.id, ancestry);
    }
    return ancestry;
  };
  return Object.assign(find, {
    forget: () => {
      asOf = -1;
    },
  });
}

/** The same as of a position. */
export function pastAncestryFinder(db: Database): (parent: string | null, at: number) => Ancestry {
  const select = db.prepare<
    [{ id: string; at: number }],
    {
      parent: string | null;
      slug: string | null;
      from_position: number;
      to_position: number | null;
      published: number;
      protected: number;
    }
  >(
    `SELECT places.parent, places.slug, from_position, to_position, EXISTS (
       SELECT 1 FROM publications
       WHERE page = places.page AND ${spanAt('publications')}
     ) AS published, EXISTS (
       SELECT 1 FROM protections
       WHERE page = places.page AND ${spanAt('protections')}
     ) AS protected
     FROM pages JOIN places ON places.page = pages.number
     WHERE pages.id = $id AND from_position <= $at ORDER BY from_position DESC LIMIT 1`,
  );
  return (parent, at) => {
    const stepTo = (id: string): Step => {
      const row = select.get({ id, at });
      if (!row) throw missing(id);
      const { parent, slug, from_position: placedPosition, to_position: end } = row;
      const isDeleted = end !== null && end <= at;
      return {
        id,
        parent,
        slug,
        isDeleted,
        placedPosition,
        isPublished: row.published === 1,
        isProtected: row.protected === 1,
        shownPosition: 0,
        isAbove: true,
      };
    };
    return walkUp(parent, stepTo, () => undefined).reduceRight(beneath, top);
  };
}

/** The last position at which anything moved, went, came back, was published, protected or not any more that ever had pages beneath it. */
export function treePosition(db: Database): () => number {
  const select = db.prepare<[], number>('SELECT position FROM tree').pluck();
  return () => select.get() ?? 0;
}

function stepFinder(db: Database): (id: string) => Step {
  const select = db.prepare<[string], StepRow>(
    `SELECT parent, slug, deleted_position IS NOT NULL AS isDeleted, placed_position AS placedPosition,
            published_version IS NOT NULL AS isPublished, is_protected AS isProtected, shown_position AS shownPosition, height > 0 AS isAbove
     FROM pages WHERE id = ?`,
  );
  return (id) => {
    const row = select.get(id);
    if (!row) throw missing(id);
    const { isDeleted, isPublished, isProtected, isAbove } = row;
    return {
      id,
      ...row,
      isDeleted: isDeleted === 1,
      isPublished: isPublished === 1,
      isProtected: isProtected === 1,
      isAbove: isAbove === 1,
    };
  };
}

interface StepRow {
  readonly parent: string | null;
  readonly slug: string | null;
  readonly isDeleted: number;
  readonly placedPosition: number;
  readonly isPublished: number;
  readonly isProtected: number;
  readonly shownPosition: number;
  readonly isAbove: number;
}

/** From the page right above to the highest that is not known. */
function walkUp(
  parent: string | null,
  stepTo: (id: string) => Step,
  known: (id: string) => Ancestry | undefined,
): readonly Step[] {
  const steps: Step[] = [];
  for (let id = parent; id !== null && known(id) === undefined;) {
    const step = stepTo(requireLevel(id, steps.length));
    steps.push(step);
    id = step.parent;
  }
  return steps;
}

/** What is beneath a page, from what is above it. */
function beneath(
  above: Ancestry,
  { id, slug, isDeleted, placedPosition, isPublished, isProtected, shownPosition }: Step,
): Ancestry {
  return {
    path: `${above.path}/${slug ?? ''}`,
    depth: above.depth + 1,
    ids: isDeleted || above.deletedRoot !== null ? above.ids : [...above.ids, id],
    deletedRoot: isDeleted ? id : above.deletedRoot,
    placedPosition: Math.max(above.placedPosition, placedPosition),
    isPublished: above.isPublished && isPublished,
    isProtected: above.isProtected || isProtected,
    shownPosition: Math.max(above.shownPosition, shownPosition),
  };
}

function missing(id: string): Error {
  return new Error(`the page ${id} is above others and not there: run \`palimpsest verify\``);
}
