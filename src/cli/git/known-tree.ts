import type { Database } from '../../events/database.js';
import type { Actor } from '../../events/event.js';

/** A page as the import knows it. */
export interface KnownPage {
  readonly id: string;
  readonly type: string;
  /** Made by an import: what editors made is never deleted because it became empty. */
  readonly imported: boolean;
}

/**
 * Which page is where beneath the import's parent. Paths are relative to that, without a slash in front
 * (`guides/a.md`), as git has them; the parent itself is ''.
 */
export class KnownTree {
  private readonly pages = new Map<string, KnownPage>();
  private readonly children = new Map<string, number>();

  at(path: string): KnownPage | undefined {
    return this.pages.get(path);
  }

  hasChildren(path: string): boolean {
    return (this.children.get(path) ?? 0) > 0;
  }

  add(path: string, page: KnownPage): void {
    this.pages.set(path, page);
    this.count(parentPath(path), 1);
  }

  remove(path: string): void {
    this.pages.delete(path);
    this.count(parentPath(path), -1);
  }

  /** Takes along what is beneath. */
  move(from: string, to: string): void {
    const page = this.pages.get(from);
    if (!page) throw new Error(`there is no page at ${from}`);
    const beneath = this.hasChildren(from)
      ? [...this.pages].filter(([path]) => path.startsWith(`${from}/`))
      : [];
    const moved: [string, KnownPage][] = [[from, page], ...beneath];
    for (const [path] of moved) this.remove(path);
    for (const [path, page] of moved) this.add(to + path.slice(from.length), page);
  }

  private count(path: string, difference: number): void {
    const count = (this.children.get(path) ?? 0) + difference;
    if (count === 0) this.children.delete(path);
    else this.children.set(path, count);
  }
}

export function parentPath(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folders that a path leads through, from the top down. */
export function foldersAbove(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** What is beneath the page `parent` (its id; null: the whole tree) now. */
export function loadKnownTree(db: Database, parent: string | null): KnownTree {
  const tree = new KnownTree();
  const rows = db
    .prepare<[string | null], { path: string; id: string; type: string; createdBy: string }>(
      `WITH RECURSIVE beneath (id, path) AS (
         SELECT id, slug FROM pages WHERE parent IS ? AND slug IS NOT NULL AND deleted_position IS NULL
         UNION ALL
         SELECT pages.id, beneath.path || '/' || pages.slug FROM beneath
         JOIN pages ON pages.parent = beneath.id AND pages.slug IS NOT NULL AND deleted_position IS NULL
       )
       SELECT path, pages.id, type, created_by AS createdBy FROM beneath JOIN pages ON pages.id = beneath.id`,
    )
    .iterate(parent);
  for (const { path, id, type, createdBy } of rows) {
    const { kind } = JSON.parse(createdBy) as Actor;
    tree.add(path, { id, type, imported: kind === 'import' });
  }
  return tree;
}
