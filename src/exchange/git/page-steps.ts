import type { Command } from '../../commands/index.js';
import { BadHistory } from './bad-history.js';
import type { OnConflict } from './conflicts.js';
import { derivedId } from '../../log/derived-id.js';
import { ofFiles, type FileContent } from './file-content.js';
import type { Naming } from './file-pages.js';
import type { ImportParent } from './import-source.js';
import type { KnownPages } from './known-pages.js';
import { foldersAbove, joined, lastName, parentPath, type TreePage } from './page-tree.js';

/** Where an import goes. `parent` null: the top level. */
export interface ImportTarget extends Naming {
  readonly parent: ImportParent | null;
  readonly publish: boolean;
  /** The schema version that documents are written at. */
  readonly schemaVersion: number;
  readonly onConflict: OnConflict;
}

/**
 * Collects the commands for one commit, each with its effect on what is known of the pages, so that the next one sees it.
 * Paths are those of pages: relative to the target, as the import has them, wherever editors have moved their folders.
 */
export class PageSteps {
  readonly commands: Command[] = [];
  private readonly touched = new Set<string>();

  constructor(
    readonly known: KnownPages,
    readonly target: ImportTarget,
    private readonly commit: { readonly root: string; readonly hash: string },
    /** Whether files are in this directory once the commit is through. */
    private readonly isNeeded: (directory: string) => boolean,
  ) {}

  /** The page at a path: of the import's own the one that it left there, if it is still there, else whatever is there. */
  at(path: string): TreePage | undefined {
    const directory = this.directoryAt(parentPath(path));
    return directory && this.childAt(directory.id, lastName(path));
  }

  /** The document or asset that the import left at a path, wherever it is now, if it still is. */
  documentAt(path: string): string | undefined {
    const { held, live } = this.known;
    let page: TreePage | undefined;
    let parent = this.known.top;
    for (const name of path.split('/')) {
      page = held.childAt(parent, name) ?? live.childAt(parent, name);
      if (!page) return undefined;
      parent = page.id;
    }
    return page && ofFiles.has(page.type) && held.page(page.id) ? page.id : undefined;
  }

  /** Where the import has the page; null where it has none that hangs beneath the target. */
  pathOf(id: string): string | null {
    const page = this.known.held.page(id) ?? this.known.live.page(id);
    if (!page) return null;
    if (page.parent === this.known.top) return page.slug;
    const above = page.parent === null ? null : this.pathOf(page.parent);
    return above === null ? null : joined(above, page.slug);
  }

  isNeededAt(path: string): boolean {
    return this.isNeeded(path);
  }

  /** Takes along what is beneath. Folders that become empty go, too. */
  remove(id: string): void {
    const parent = this.known.held.page(id)?.parent;
    this.command({
      kind: 'delete-page',
      page: id,
      expected: this.known.live.page(id)?.contentVersion ?? null,
      isForced: true, // what was committed has happened, whatever refers to it
    });
    this.known.live.removeWithChildren(id);
    this.known.held.remove(id);
    this.leave(parent);
  }

  /** Forgets a page that is not there any more. */
  forget(id: string): void {
    this.known.held.remove(id);
  }

  /** What another deletion took along comes back, too. @throws BadHistory when something else is in its place */
  undelete(id: string): void {
    const [root, ...others] = this.known.deletedWith(id);
    if (!root) throw new Error(`page ${id} is not deleted`);
    const isParentThere = root.parent === null || this.known.live.page(root.parent);
    if (!isParentThere || this.known.live.childAt(root.parent, root.slug)) {
      throw this.error(
        `needs the page ${id}, which an editor has deleted and whose place is gone or taken: ${byHand}`,
      );
    }
    this.command({ kind: 'undelete-page', page: root.id });
    for (const page of [root, ...others]) this.known.live.put(page);
  }

  /** To where the import left it. @throws BadHistory when something else is there */
  moveBack(held: TreePage): void {
    const isParentThere = held.parent === null || this.known.live.page(held.parent);
    const there = this.known.live.childAt(held.parent, held.slug);
    if (!isParentThere || (there && there.id !== held.id)) {
      throw this.error(
        `needs the page ${held.id} at ${this.full(this.pathOf(held.id) ?? held.slug)}, from where an editor has moved it, and which is gone or taken: ${byHand}`,
      );
    }
    this.place(held.id, held.parent, held.slug);
  }

  /** A folder that is there hangs what is beneath it beneath the page, and goes. */
  move(id: string, to: string): void {
    const parent = this.createFolders(to);
    const from = this.known.held.page(id)?.parent;
    const folder = this.stepAsideFor(parent, lastName(to), id);
    this.place(id, parent, lastName(to));
    if (folder) this.replace(folder, id);
    if (from !== parent) this.leave(from);
  }

  /** The same for a page that is new. */
  create(path: string, content: FileContent): string {
    const parent = this.createFolders(path);
    const folder = this.stepAsideFor(parent, lastName(path));
    const id = derivedId('page', this.commit.root, this.commit.hash, this.named(path));
    this.createPage(id, { parent, slug: lastName(path) }, content);
    if (folder) this.replace(folder, id);
    return id;
  }

  /** Puts a folder in the place of a document that goes, so that what is beneath stays. */
  putFolderFor(id: string): void {
    const page = this.known.held.page(id);
    const path = this.pathOf(id);
    if (!page || path === null) return;
    this.stepAside(id);
    const folder = this.createFolder(path, page.parent);
    this.carryChildren(id, folder);
  }

  /** To a name that nothing has, out of the folder, which may have to go. */
  stepOut(id: string): void {
    const from = this.known.held.page(id)?.parent;
    this.place(id, this.known.top, `.moving-${id}`);
    this.leave(from);
  }

  private stepAside(id: string): void {
    const page = this.known.live.page(id);
    if (page) this.place(id, page.parent, `.moving-${id}`);
  }

  save(id: string, { text, file }: FileContent): void {
    const expected = this.known.live.page(id)?.contentVersion ?? null;
    if (file) {
      this.command({ kind: 'replace-file', page: id, expected, file });
      return;
    }
    this.command({
      kind: 'save-page',
      page: id,
      expected,
      schemaVersion: this.target.schemaVersion,
      form: 'document',
      document: { text, refusal: null },
    });
    this.touched.add(id);
  }

  /** Publishes what was created and saved so far. */
  publish(): void {
    for (const page of this.touched) {
      if (this.known.live.page(page)) this.command({ kind: 'publish-page', page });
    }
  }

  error(what: string): BadHistory {
    return new BadHistory(`commit ${this.commit.hash} ${what}`);
  }

  /** A path as the site has it. */
  full(path: string): string {
    return `${this.target.parent?.path ?? ''}/${path}`;
  }

  /** What ids are derived from. */
  private named(path: string): string {
    return `${this.target.parent?.name ?? ''}/${path}`;
  }

  private command(command: Command): void {
    this.commands.push(command);
  }

  private directoryAt(path: string): { readonly id: string | null } | undefined {
    let id = this.known.top;
    for (const name of path === '' ? [] : path.split('/')) {
      const child = this.childAt(id, name);
      if (!child) return undefined;
      ({ id } = child);
    }
    return { id };
  }

  private childAt(parent: string | null, name: string): TreePage | undefined {
    const { held, live } = this.known;
    const own = held.childAt(parent, name);
    return (own && live.page(own.id)) ?? live.childAt(parent, name);
  }

  /** Answers the parent of what is to be at `path`. */
  private createFolders(path: string): string | null {
    let parent = this.known.top;
    for (const folder of foldersAbove(path)) {
      const there = this.childAt(parent, lastName(folder));
      if (there && !this.mayHold(there)) {
        throw this.error(`needs a folder at ${this.full(folder)}, where there is a ${there.type}: ${wayOut}`);
      }
      parent = there?.id ?? this.createFolder(folder, parent);
    }
    return parent;
  }

  /** Folders hold pages, and documents that this import made those beside which a directory has their name. */
  mayHold(page: TreePage): boolean {
    return (
      page.type === 'folder' || (page.type === 'document' && this.known.held.page(page.id) !== undefined)
    );
  }

  private createFolder(path: string, parent: string | null): string {
    const id = derivedId('folder', this.commit.root, this.commit.hash, this.named(path));
    const slug = lastName(path);
    this.createPage(id, { parent, slug }, { type: 'folder', text: JSON.stringify({ title: slug }) });
    return id;
  }

  private createPage(
    id: string,
    place: Pick<TreePage, 'parent' | 'slug'>,
    { type, text, file }: FileContent,
  ): void {
    this.command({
      kind: 'create-page',
      page: id,
      type,
      schemaVersion: this.target.schemaVersion,
      document: { text, refusal: null },
      place,
      ...(file && { file }),
    });
    const page = { id, type, ...place, contentVersion: 1, publishedVersion: null, imported: true };
    this.known.held.put(page);
    this.known.live.put(page);
    if (!file) this.touched.add(id);
  }

  /** Of a page that is the import's own, it is known afterwards that it is there. */
  private place(id: string, parent: string | null, slug: string): void {
    const { held, live } = this.known;
    const now = live.page(id);
    if (!now) throw new Error(`page ${id} is not there`);
    if (now.parent !== parent || now.slug !== slug) {
      const to = { ...(now.parent !== parent && { parent }), slug };
      this.command({ kind: 'move-page', page: id, expected: null, ...to });
      live.put({ ...now, parent, slug });
    }
    const own = held.page(id);
    if (own) held.put({ ...own, parent, slug });
  }

  /** A folder that is where the page comes to be; the caller has made sure that it is nothing else. */
  private stepAsideFor(parent: string | null, slug: string, self?: string): string | undefined {
    const there = this.known.live.childAt(parent, slug);
    if (!there || there.id === self) return undefined;
    if (there.type !== 'folder') {
      const path = this.pathOf(there.id) ?? slug;
      throw this.error(
        `puts a page at ${this.full(path)}, where there is a page of type ${there.type} already: ${wayOut}`,
      );
    }
    this.stepAside(there.id);
    return there.id;
  }

  private replace(folder: string, page: string): void {
    this.carryChildren(folder, page);
    this.touched.delete(folder);
    this.remove(folder);
  }

  private carryChildren(from: string, to: string): void {
    for (const child of this.known.live.childrenOf(from)) this.place(child.id, to, child.slug);
    // Those that editors have moved away or deleted belong there, too.
    for (const child of this.known.held.childrenOf(from)) this.known.held.put({ ...child, parent: to });
  }

  /** Deletes the folders that became empty when something went from there. */
  private leave(from: string | null | undefined): void {
    let id = from ?? null;
    while (id !== null && id !== this.known.top) {
      const page = this.known.live.page(id);
      const path = this.pathOf(id);
      if (page?.type !== 'folder' || !page.imported || path === null) return;
      if (this.known.live.hasChildren(id) || this.isNeeded(path) || this.isTouched(page)) return;
      const above: string | null = this.known.held.page(id)?.parent ?? page.parent;
      this.touched.delete(id);
      this.command({ kind: 'delete-page', page: id, expected: null, isForced: true });
      this.known.live.remove(id);
      this.known.held.remove(id);
      id = above;
    }
  }

  /** An editor has made it their own. */
  private isTouched(page: TreePage): boolean {
    const held = this.known.held.page(page.id);
    return (
      held !== undefined &&
      (held.contentVersion !== page.contentVersion || held.parent !== page.parent || held.slug !== page.slug)
    );
  }
}

export const wayOut = 'move it elsewhere, or import beneath another --parent, or without --strip-extension';
const byHand = 'put it right by hand, and import again, or use --on-conflict ours';
