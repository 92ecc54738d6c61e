/** A page that hangs somewhere. `parent` null: the top level of the site. */
export interface TreePage {
  readonly id: string;
  readonly type: string;
  readonly parent: string | null;
  readonly slug: string;
  readonly contentVersion: number;
  readonly publishedVersion: number | null;
  /** Made by an import: what editors made is never deleted because it became empty. */
  readonly imported: boolean;
}

/** Pages by their id and by their place. */
export class PageTree {
  private readonly pages = new Map<string, TreePage>();
  private readonly children = new Map<string | null, Map<string, string>>();

  page(id: string): TreePage | undefined {
    return this.pages.get(id);
  }

  childAt(parent: string | null, slug: string): TreePage | undefined {
    const id = this.children.get(parent)?.get(slug);
    return id === undefined ? undefined : this.pages.get(id);
  }

  /** In the order of their names. */
  childrenOf(parent: string | null): readonly TreePage[] {
    const all = [...(this.children.get(parent)?.values() ?? [])].flatMap((id) => this.pages.get(id) ?? []);
    return all.sort((a, b) => (a.slug < b.slug ? -1 : 1));
  }

  hasChildren(parent: string | null): boolean {
    return (this.children.get(parent)?.size ?? 0) > 0;
  }

  /** A page that is there already is as given from now on. What hangs beneath it comes along. */
  put(page: TreePage): void {
    this.remove(page.id);
    this.pages.set(page.id, page);
    const siblings = this.children.get(page.parent) ?? new Map<string, string>();
    this.children.set(page.parent, siblings.set(page.slug, page.id));
  }

  /** What hangs beneath it stays, and is no longer reached from above. */
  remove(id: string): void {
    const page = this.pages.get(id);
    if (!page) return;
    this.pages.delete(id);
    const siblings = this.children.get(page.parent);
    if (siblings?.get(page.slug) !== id) return;
    siblings.delete(page.slug);
    if (siblings.size === 0) this.children.delete(page.parent);
  }

  removeWithChildren(id: string): void {
    for (const child of this.childrenOf(id)) this.removeWithChildren(child.id);
    this.remove(id);
  }
}

export function parentPath(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function joined(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** The folders that a path leads through, from the top down. */
export function foldersAbove(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}
