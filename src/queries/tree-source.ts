import type { Access } from '../access/access.js';
import { levelOf } from '../access/rights.js';
import { beneathAnchors } from './page-choice.js';
import { aliveThen, nowColumns, nowTables, thenColumns, thenTables, type Columns } from './page-columns.js';
import { spanAt } from '../projections/spans.js';
import { walking } from './tree-walk.js';

/** Where a tree is read from. */
export interface TreeSource {
  /** Rows of pages from `$starts` (JSON of `Start`s), at most `$limit`, down to level `$depth`. */
  readonly walk: string;
  /** The row of page `$id`, unless it was deleted by itself. */
  readonly find: string;
  readonly bound: { readonly at?: number; readonly held?: string; readonly anchors?: string };
  /** Whether what is seen beneath a page depends on what was given there and above: starts say so (`grade`, `isProtected`). */
  readonly isGraded?: boolean;
}

/** Columns of a node. @param childCount counts the children of what is called `parent` */
function nodeColumns(columns: Columns, rank: string, childCount: string, isAll: string): string {
  const { id, parent, slug, title, type, contentVersion, publishedVersion } = columns;
  const { createdAt, updatedAt, publishedAt } = columns;
  const chosen = { id, parent, slug, rank, title, type, contentVersion, publishedVersion };
  return Object.entries({ ...chosen, createdAt, updatedAt, publishedAt, childCount, isAll })
    .map(([name, sql]) => `${sql} AS ${name}`)
    .join(', ');
}

/** @param held how far it goes from each page at which something begins, by id */
export function treeNow(access: Access, held: Readonly<Record<string, number>>): TreeSource {
  return access.isWhole ? wholeTree(access) : gradedTree(held);
}

/** Of those who see all pages in one way. */
function wholeTree({ isReader, isViewer }: Access): TreeSource {
  const isOpen = (pages: string): string =>
    isReader
      ? ` AND ${pages}.published_version IS NOT NULL${isViewer ? '' : ` AND ${pages}.is_protected = 0`}`
      : '';
  const seen = (pages: string): string =>
    `${pages}.slug IS NOT NULL AND ${pages}.deleted_position IS NULL${isOpen(pages)}`;
  const children = `(SELECT count(*) FROM pages AS child WHERE child.parent = pages.id AND ${seen('child')})`;
  const columns = nodeColumns(nowColumns, 'pages.rank', children, isReader ? '0' : '1');
  const version = `versions.version = pages.${isReader ? 'published_version' : 'content_version'}`;
  return {
    walk: walking(
      'pages',
      seen('pages'),
      `${columns} FROM walk CROSS JOIN ${nowTables()} WHERE pages.number = walk.number AND ${version}`,
    ),
    find: `SELECT ${columns}, pages.is_protected AS isProtected FROM ${nowTables()}
      WHERE pages.id = $id AND ${version} AND ${seen('pages')}`,
    bound: {},
  };
}

/** Of those to whom something was given from some page down: how far it goes there is handed down with the walk. */
function gradedTree(held: Readonly<Record<string, number>>): TreeSource {
  const [viewing, editing] = [levelOf('viewer'), levelOf('editor')];
  const gradeOf = (pages: string, inherited: string): string =>
    `max(${inherited}, coalesce((SELECT value FROM json_each($held) WHERE key = ${pages}.id), 0))`;
  const seen = (pages: string, inherited: string, isProtected: string): string => {
    const grade = gradeOf(pages, inherited);
    return `${pages}.slug IS NOT NULL AND ${pages}.deleted_position IS NULL AND (${grade} >= ${editing}
      OR (${pages}.published_version IS NOT NULL AND ${grade} >= iif(${isProtected} OR ${pages}.is_protected, ${viewing}, 1)))`;
  };
  const children = `(SELECT count(*) FROM pages AS child
    WHERE child.parent = pages.id AND ${seen('child', 'walk.grade', 'walk.is_protected')})`;
  const isAll = `walk.grade >= ${editing}`;
  const columns = nodeColumns(nowColumns, 'pages.rank', children, isAll);
  const version = `versions.version = iif(${isAll}, pages.content_version, pages.published_version)`;
  const starts = `starts (parent, rank, level, grade, is_protected) AS MATERIALIZED (
    SELECT value ->> 'parent', value ->> 'rank', value ->> 'level', value ->> 'grade', value ->> 'isProtected'
    FROM json_each($starts))`;
  const step = (
    from: string,
  ): string => `pages.rank, pages.id, pages.number, ${gradeOf('pages', `${from}.grade`)},
    max(${from}.is_protected, pages.is_protected)`;
  return {
    walk: `WITH RECURSIVE ${starts},
      walk (level, rank, id, number, grade, is_protected) AS (
        SELECT starts.level, ${step('starts')} FROM starts
        CROSS JOIN pages ON pages.parent IS starts.parent AND pages.rank > starts.rank
        WHERE starts.level <= $depth AND ${seen('pages', 'starts.grade', 'starts.is_protected')}
        UNION ALL
        SELECT walk.level + 1, ${step('walk')} FROM walk CROSS JOIN pages ON pages.parent = walk.id
        WHERE walk.level < $depth AND ${seen('pages', 'walk.grade', 'walk.is_protected')}
        ORDER BY 1 DESC, 2 LIMIT $limit)
      SELECT walk.level AS level, ${columns} FROM walk CROSS JOIN ${nowTables()}
      WHERE pages.number = walk.number AND ${version} LIMIT $limit`,
    find: `WITH walk (grade, is_protected) AS (SELECT $grade, $isProtected)
      SELECT ${columns}, pages.is_protected AS isProtected FROM walk CROSS JOIN ${nowTables()}
      WHERE pages.id = $id AND pages.slug IS NOT NULL AND pages.deleted_position IS NULL AND ${version}`,
    bound: { held: JSON.stringify(held) },
    isGraded: true,
  };
}

/**
 * As of a position: of those who see all of a page, where they do so by now.
 * @param anchors from which pages down that is so; everywhere, when absent
 */
export function treeThen(at: number, anchors?: readonly string[]): TreeSource {
  const isTheirs = (page: string): string =>
    anchors === undefined ? '' : ` AND ${page} IN (${beneathAnchors})`;
  const isSeen = `places.slug IS NOT NULL AND ${aliveThen}${isTheirs('places.page')}`;
  const children = `(SELECT count(*) FROM places AS child WHERE child.parent = places.id AND child.slug IS NOT NULL
    AND ${spanAt('child')}${isTheirs('child.page')})`;
  const columns = nodeColumns(thenColumns, 'places.rank', children, '1');
  return {
    walk: walking(
      'places',
      isSeen,
      `${columns} FROM walk CROSS JOIN ${thenTables} WHERE places.page = walk.number AND ${aliveThen}`,
    ),
    find: `SELECT ${columns}, ${thenColumns.isProtected} AS isProtected FROM ${thenTables} WHERE pages.id = $id AND ${isSeen}`,
    bound: { at, ...(anchors && { anchors: JSON.stringify(anchors) }) },
  };
}
