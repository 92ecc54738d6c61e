import type { Database } from '../log/database.js';
import { isLink } from '../schema/references.js';
import { ancestryFinder } from './ancestry.js';

/** What a link to a page may have at its end and the page's own name does not. */
const extensions = ['', '.md', '.markdown'];

/**
 * Finds the page, or the asset, to which a link leads (`SiteLink`) from a page that hangs beneath a parent (null: at the top level, or
 * nowhere): that has the name in the link, or else the name without `.md` or `.markdown`. Undefined: there is none, or it was deleted.
 */
export function linkFinder(db: Database): (parent: string | null, way: string) => string | undefined {
  const above = db.prepare<[string], string | null>('SELECT parent FROM pages WHERE id = ?').pluck();
  const beneath = db
    .prepare<[string | null, string], string>(
      'SELECT id FROM pages WHERE parent IS ? AND slug = ? AND deleted_position IS NULL',
    )
    .pluck();

  return (parent, way) => {
    const names = way.split('/');
    const last = names.pop() as string; // a way ends with a name
    let at = parent;
    for (const name of names) {
      if (name === '.') continue;
      if (name === '') at = null;
      else if (name === '..') at = at === null ? null : (above.get(at) ?? null);
      else {
        const next = beneath.get(at, name);
        if (next === undefined) return undefined;
        at = next;
      }
    }
    for (const extension of extensions) {
      if (!last.endsWith(extension)) continue;
      const found = beneath.get(at, last.slice(0, last.length - extension.length));
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** A row of `page_references` with the place of the page that refers. */
export interface ReferringRow {
  readonly target: string;
  readonly parent: string | null;
}

/**
 * Finds the references that lead to a page: those by its id, and the links that come to it as things are now.
 * @param columns more of `page_references` and `pages`, which is the page that refers
 * @param where which of them, by parameters that have names
 */
export function referringRows<Row extends ReferringRow>(
  db: Database,
  columns: string,
  where: string,
): (id: string, parameters?: Readonly<Record<string, number>>) => Generator<Row> {
  const rows = db.prepare<[Readonly<Record<string, number | string>>], Row>(
    `${mayLeadTo(`target, pages.parent AS parent, page, ${columns}`, where)} ORDER BY page`,
  );
  const find = linkFinder(db);
  return function* (id, parameters) {
    for (const row of rows.iterate({ ...parameters, id })) {
      if (row.target === id || find(row.parent, row.target) === id) yield row;
    }
  };
}

/** Rows of references that lead to the page `$id`, or are links that end with its name. */
export function mayLeadTo(columns: string, where: string): string {
  const slug = '(SELECT slug FROM pages WHERE id = $id)';
  return ['target = $id', ...extensions.map((extension) => `name = ${slug} || '${extension}'`)]
    .map(
      (which) =>
        `SELECT ${columns} FROM page_references CROSS JOIN pages ON pages.number = page_references.page WHERE ${which} AND ${where}`,
    )
    .join(' UNION ALL ');
}

/** A page that refers to another. */
export interface Referrer {
  readonly id: string;
  readonly inLatest: boolean;
  readonly inPublished: boolean;
}

interface FoundReferrers {
  /** In the order of their creation; a page may stand there for each that it refers to. */
  readonly referrers: readonly Referrer[];
  /** How many references were looked at: links that lead elsewhere are among them. */
  readonly looked: number;
}

interface OutsideRow extends ReferringRow {
  readonly number: number;
  readonly id: string;
  readonly inLatest: number;
  readonly inPublished: number;
}

/** What the rules may look up about references, as of now in the caller's transaction. */
export function referenceFinders(db: Database) {
  const any = db.prepare<[]>('SELECT 1 FROM page_references LIMIT 1');
  const showing = db
    .prepare<[string], string | null>(
      `SELECT parent FROM page_references JOIN pages ON pages.number = page_references.page
       WHERE target = ? AND in_published = 1 AND deleted_position IS NULL`,
    )
    .pluck();
  const links = db
    .prepare<[number], string>(
      'SELECT target FROM page_references WHERE page = ? AND in_latest = 1 AND name IS NOT NULL',
    )
    .pluck();
  const isPublished = db.prepare<[number, string]>(
    'SELECT 1 FROM page_references WHERE page = ? AND target = ? AND in_published = 1',
  );
  const count = db
    .prepare<[{ id: string; most: number }], number>(
      `WITH RECURSIVE ${beneath('LIMIT $most')} SELECT count(*) FROM part`,
    )
    .pluck();
  const outside = db.prepare<[{ id: string; most: number }], OutsideRow>(
    `WITH RECURSIVE ${beneath('')},
     names (name) AS (SELECT DISTINCT slug || column1 FROM part, (VALUES ${extensions.map((one) => `('${one}')`).join()}))
     ${fromOutside('part CROSS JOIN page_references ON page_references.target = part.id')}
     UNION ALL ${fromOutside('names CROSS JOIN page_references ON page_references.name = names.name')}
     LIMIT $most`,
  );
  const parentOf = db.prepare<[string], string | null>('SELECT parent FROM pages WHERE id = ?').pluck();
  const ancestry = ancestryFinder(db);
  const find = linkFinder(db);

  const isWithin = (id: string, part: string): boolean =>
    id === part || ancestry(parentOf.get(id) ?? null).ids.includes(part);
  const leadsInto = ({ parent, target }: ReferringRow, part: string): boolean => {
    if (!isLink(target)) return true;
    const found = find(parent, target);
    return found !== undefined && isWithin(found, part);
  };

  return {
    /** Whether any page refers to anything. */
    hasAny: (): boolean => any.get() !== undefined,
    /** Whether any page that is published, and not deleted, refers to it there: readers of some kind may see it. */
    isShown: (target: string): boolean => {
      for (const parent of showing.iterate(target)) if (ancestry(parent).deletedRoot === null) return true;
      return false;
    },
    /** The links in the newest version of a page, by its number. */
    linksInLatest: (page: number): readonly string[] => links.all(page),
    /** Where a link leads (`linkFinder`). */
    linked: find,
    /** Whether the version of a page that is published refers to that id, or shows it. */
    isShownBy: (page: number, target: string): boolean => isPublished.get(page, target) !== undefined,
    /** How many pages there are with that one and all beneath it which are not deleted by themselves: at most so many are counted. */
    pagesWith: (id: string, most: number): number => count.get({ id, most }) ?? 0,
    /**
     * Pages that refer to that one, or to one beneath it, and are not among them nor deleted by themselves. At most so many references
     * are looked at.
     */
    referrersFromOutside: (id: string, most: number): FoundReferrers => {
      const rows = outside.all({ id, most });
      const referrers = rows
        .filter((row) => leadsInto(row, id))
        .sort((one, other) => one.number - other.number)
        .map((row) => ({ id: row.id, inLatest: row.inLatest === 1, inPublished: row.inPublished === 1 }));
      return { referrers, looked: rows.length };
    },
  };
}

function fromOutside(references: string): string {
  return `SELECT pages.number, pages.id, pages.parent AS parent, target, in_latest AS inLatest, in_published AS inPublished
     FROM ${references}
     CROSS JOIN pages ON pages.number = page_references.page
     WHERE page_references.page NOT IN (SELECT number FROM part) AND pages.deleted_position IS NULL`;
}

/** The page `$id`, and what goes with it when it is deleted. */
function beneath(limit: string): string {
  return `part (id, number, slug) AS MATERIALIZED (
    SELECT id, number, slug FROM pages WHERE id = $id
    UNION ALL
    SELECT pages.id, pages.number, pages.slug FROM part
    CROSS JOIN pages ON pages.parent = part.id AND pages.slug IS NOT NULL AND pages.deleted_position IS NULL
    ${limit})`;
}
