import type { Command } from '../../commands/index.js';
import { BadHistory } from './bad-history.js';
import { derivedId } from './derived-id.js';
import { foldersAbove, lastName, parentPath, type KnownPage, type KnownTree } from './known-tree.js';
import { markdownTitle } from './markdown-title.js';

/** Where an import goes. `parent` null: the top level; its path is as in `/docs`. */
export interface ImportTarget {
  readonly parent: { readonly id: string; readonly path: string } | null;
  /** `/a` instead of `/a.md`. */
  readonly stripExtension: boolean;
  readonly publish: boolean;
  /** The schema version that documents are written at. */
  readonly schemaVersion: number;
}

/**
 * Collects the commands for one commit, each with its effect on the tree, so that the next one sees it.
 * Paths are those of pages: relative to the target, the extension stripped where that is asked for.
 */
export class PageSteps {
  readonly commands: Command[] = [];
  private readonly touched = new Set<string>();

  constructor(
    readonly tree: KnownTree,
    private readonly target: ImportTarget,
    private readonly commit: { readonly root: string; readonly hash: string },
    /** Folders that the commit needs in the end, empty as they may be for now. */
    private readonly needed: ReadonlySet<string>,
  ) {}

  /** @throws BadHistory when the page is not there, or has others beneath it, which would go along */
  remove(path: string): void {
    const { id } = this.requireDocument(path);
    if (this.tree.hasChildren(path)) {
      throw this.error(
        `deletes ${this.full(path)}, which has pages beneath it: move those elsewhere, and import again`,
      );
    }
    this.commands.push({ kind: 'delete-page', page: id, expected: null });
    this.tree.remove(path);
    this.leave(path);
  }

  move(from: string, to: string): void {
    const { id } = this.requireDocument(from);
    this.createFolders(to);
    const place = {
      ...(parentPath(from) !== parentPath(to) && { parent: this.parentOf(to) }),
      slug: lastName(to),
    };
    this.commands.push({ kind: 'move-page', page: id, expected: null, ...place });
    this.tree.move(from, to);
    this.leave(from);
  }

  /** @throws BadHistory when something else is there */
  create(path: string, text: string, fileName: string): void {
    const there = this.tree.at(path);
    if (there) {
      throw this.error(
        `adds ${this.full(path)}, where there is a page of type ${there.type} already: ${wayOut}`,
      );
    }
    this.createFolders(path);
    this.createPage(path, 'document', documentText(text, fileName));
  }

  save(path: string, text: string, fileName: string): void {
    const { id } = this.requireDocument(path);
    const document = { text: documentText(text, fileName), refusal: null };
    this.commands.push({
      kind: 'save-page',
      page: id,
      expected: null,
      schemaVersion: this.target.schemaVersion,
      form: 'document',
      document,
    });
    this.touched.add(id);
  }

  /** Publishes what was created and saved so far. */
  publish(): void {
    for (const page of this.touched) this.commands.push({ kind: 'publish-page', page });
  }

  /** @throws BadHistory when there is no document: somebody has moved or deleted it since it was imported */
  requireDocument(path: string): KnownPage {
    const page = this.tree.at(path);
    if (page?.type === 'document') return page;
    const found = page ? `is of type ${page.type}` : 'is not there any more';
    throw this.error(
      `changes ${this.full(path)}, which ${found}: bring the page back to that path, and import again`,
    );
  }

  error(what: string): BadHistory {
    return new BadHistory(`commit ${this.commit.hash} ${what}`);
  }

  full(path: string): string {
    return `${this.target.parent?.path ?? ''}/${path}`;
  }

  private createFolders(path: string): void {
    for (const folder of foldersAbove(path)) {
      const there = this.tree.at(folder);
      if (!there) this.createPage(folder, 'folder', JSON.stringify({ title: lastName(folder) }));
      else if (there.type !== 'folder') {
        throw this.error(`needs a folder at ${this.full(folder)}, where there is a ${there.type}: ${wayOut}`);
      }
    }
  }

  private createPage(path: string, type: string, text: string): void {
    const id = derivedId('page', this.commit.root, this.commit.hash, this.full(path));
    this.commands.push({
      kind: 'create-page',
      page: id,
      type,
      schemaVersion: this.target.schemaVersion,
      document: { text, refusal: null },
      place: { parent: this.parentOf(path), slug: lastName(path) },
    });
    this.tree.add(path, { id, type, imported: true });
    this.touched.add(id);
  }

  /** Deletes the folders that became empty when something went from `path`. */
  private leave(path: string): void {
    for (let folder = parentPath(path); folder !== ''; folder = parentPath(folder)) {
      const page = this.tree.at(folder);
      if (
        page?.type !== 'folder' ||
        !page.imported ||
        this.tree.hasChildren(folder) ||
        this.needed.has(folder)
      )
        return;
      this.commands.push({ kind: 'delete-page', page: page.id, expected: null });
      this.tree.remove(folder);
    }
  }

  private parentOf(path: string): string | null {
    const parent = parentPath(path);
    return (parent === '' ? this.target.parent : this.tree.at(parent))?.id ?? null;
  }
}

const wayOut = 'move it elsewhere, or import beneath another --parent, or without --strip-extension';

/** `body` is the file's text, byte for byte. */
function documentText(text: string, fileName: string): string {
  return JSON.stringify({ title: markdownTitle(text) ?? fileName, body: text });
}
