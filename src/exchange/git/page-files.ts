import { isPageEvent, type RecordedEvent } from '../../events/event.js';
import { evolve, type PageState } from '../../events/page.js';
import type { FileChange } from './fast-import.js';
import { farPath, fileName, gitName, indexName, stemsOf } from './file-name.js';
import { importedExtension } from './imported-extension.js';

/** The blob that holds this content version of the page (`FileChange`). */
export type BlobOf = (page: PageState) => string;

type Children = Map<string, string>;

/**
 * Folds events into the files that the pages in the tree are, and tells what became of them since it was last
 * asked. Of a page it remembers its state and its blob's id, never its content.
 */
export class PageFiles {
  private readonly pages = new Map<string, PageState>();
  /** Of those not deleted: parent (null: the top level), then slug, then id. */
  private readonly children = new Map<string | null, Children>();
  private readonly blobs = new Map<string, { readonly version: number; readonly id: string }>();
  private readonly files = new Map<string, { readonly path: string; readonly blob: string }>();
  /** Of documents that were imported without: what their files' names ended in. */
  private readonly extensions = new Map<string, string>();
  private readonly touched = new Set<string>();
  /** Pages beneath which every path may have changed. */
  private readonly placed = new Set<string>();

  apply(event: RecordedEvent): void {
    if (!isPageEvent(event)) return;
    const before = this.pages.get(event.stream);
    const after = evolve(before, event.stream, event);
    this.pages.set(after.id, after);
    if (!before) {
      const extension = importedExtension(after, event.changeset.source);
      if (extension !== '') this.extensions.set(after.id, extension);
    }
    this.touched.add(after.id);
    if (before && before.place === after.place && before.deletedRoot === after.deletedRoot) return;
    this.placed.add(after.id);
    if (before) this.unlist(before);
    if (after.place && after.deletedRoot === null) {
      this.childrenOf(after.place.parent).set(after.place.slug, after.id);
      this.touchAround(after);
    }
  }

  /** What has changed, first what goes, each in the order of paths. Files that are what they were are not in it. */
  takeChanges(blobOf: BlobOf): readonly FileChange[] {
    for (const id of this.placed) for (const child of this.beneath(id)) this.touched.add(child);
    const gone: FileChange[] = [];
    const written: FileChange[] = [];
    for (const id of this.touched) {
      const before = this.files.get(id);
      const after = this.fileOf(id, blobOf);
      if (before && before.path !== after?.path) gone.push({ path: before.path, blob: null });
      if (!after) this.files.delete(id);
      else if (before?.path !== after.path || before.blob !== after.blob) {
        this.files.set(id, after);
        written.push(after);
      }
    }
    this.touched.clear();
    this.placed.clear();
    const taken = new Set(written.map(({ path }) => path));
    return [...gone.filter(({ path }) => !taken.has(path)).sort(byPath), ...written.sort(byPath)];
  }

  /** The page's path as it is or, when it is deleted, was; null: outside the tree. */
  pathOf(id: string): string | null {
    const place = this.pages.get(id)?.place;
    if (!place) return null;
    return `${place.parent === null ? '' : (this.pathOf(place.parent) ?? '')}/${place.slug}`;
  }

  private fileOf(id: string, blobOf: BlobOf): { path: string; blob: string } | null {
    const page = this.pages.get(id);
    if (!page?.place || page.type === 'folder') return null;
    const directory = this.directoryOf(page.place.parent);
    if (directory === null || page.deletedRoot !== null) return null;
    const beneath = this.children.get(id);
    const { parent, slug } = page.place;
    const extension = this.extensions.get(id) ?? '';
    const path =
      beneath?.size && extension === ''
        ? `${directory}${gitName(slug)}/${indexName(page, slug, beneath)}`
        : `${directory}${fileName(page, slug, this.childrenOf(parent), extension)}`;
    return { path: farPath(path, id), blob: this.blobFor(page, blobOf) };
  }

  /** With a slash at its end; null when it is not in the tree. */
  private directoryOf(id: string | null): string | null {
    if (id === null) return '';
    const page = this.pages.get(id);
    if (!page?.place || page.deletedRoot !== null) return null;
    const above = this.directoryOf(page.place.parent);
    return above === null ? null : `${above}${gitName(page.place.slug)}/`;
  }

  private blobFor(page: PageState, blobOf: BlobOf): string {
    const known = this.blobs.get(page.id);
    if (known?.version === page.contentVersion) return known.id;
    const id = blobOf(page);
    this.blobs.set(page.id, { version: page.contentVersion, id });
    return id;
  }

  private unlist(page: PageState): void {
    if (!page.place) return;
    const siblings = this.childrenOf(page.place.parent);
    if (siblings.get(page.place.slug) === page.id) siblings.delete(page.place.slug);
    this.touchAround(page);
  }

  /** A parent's file is called otherwise once it has children, and a sibling's may give way to a page's. */
  private touchAround({ place }: PageState): void {
    if (!place) return;
    if (place.parent !== null) this.touched.add(place.parent);
    const siblings = this.childrenOf(place.parent);
    for (const stem of stemsOf(place.slug)) {
      const id = siblings.get(stem);
      if (id !== undefined) this.touched.add(id);
    }
  }

  private childrenOf(parent: string | null): Children {
    const children = this.children.get(parent) ?? new Map<string, string>();
    this.children.set(parent, children);
    return children;
  }

  private *beneath(id: string): Generator<string> {
    for (const child of this.children.get(id)?.values() ?? []) {
      yield child;
      yield* this.beneath(child);
    }
  }
}

function byPath(a: FileChange, b: FileChange): number {
  return a.path < b.path ? -1 : 1;
}
