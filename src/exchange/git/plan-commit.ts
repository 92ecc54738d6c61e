import type { ChangeSet } from '../../commands/change-set.js';
import { authorNameLimit, documentLimitBytes } from '../../events/limits.js';
import { differences } from './conflicts.js';
import { everywhere } from '../../access/rights.js';
import { derivedId } from '../../log/derived-id.js';
import { contentOf, ofFiles, type FileContent } from './file-content.js';
import { wantedNames } from './file-pages.js';
import type { Skipped } from './import-source.js';
import type { KnownPages } from './known-pages.js';
import { foldersAbove, joined, lastName } from './page-tree.js';
import { PageSteps, type ImportTarget } from './page-steps.js';
import { planMoves } from './plan-moves.js';
import type { Change, Commit } from './read-history.js';
import { Sides } from './sides.js';
import { faultOfFile, faultOfPath } from './unfit-file.js';

/** `changeSet` null: the commit touched nothing, or nothing that may be changed. */
export interface Plan {
  readonly changeSet: ChangeSet | null;
  readonly skipped: readonly Skipped[];
}

/**
 * What a commit is in pages: one change set whose commands never collide, and what is known as it is afterwards. First
 * what goes, then what moves, then what is new, then what is edited; a folder is made before something comes
 * into it, and deleted when the last page has gone. A document and a folder that want the same path are the
 * document, with the folder's pages beneath it.
 * `sourceOf` is kept with the change set. The ids follow from root commit, commit and path.
 * @throws BadHistory where an editor was at the pages and `onConflict` is to stop, or nothing else can be done
 */
export function planCommit(
  commit: Commit,
  known: KnownPages,
  target: ImportTarget,
  sourceOf: (skipped: readonly Skipped[]) => Readonly<Record<string, string>>,
): Plan {
  return new CommitPlan(commit, known, target).make(sourceOf);
}

class CommitPlan {
  private readonly steps: PageSteps;
  private readonly sides: Sides;
  private readonly going: string[] = [];
  private readonly moving: { readonly id: string; readonly change: Extract<Change, { kind: 'move' }> }[] = [];
  private readonly adding: Extract<Change, { kind: 'add' | 'edit' }>[] = [];
  private readonly saving: {
    readonly id: string;
    readonly path: string;
    readonly content: FileContent;
  }[] = [];
  private arriving: ReadonlySet<string> = new Set();

  constructor(
    private readonly commit: Commit,
    private readonly known: KnownPages,
    private readonly target: ImportTarget,
  ) {
    this.steps = new PageSteps(
      known,
      target,
      commit,
      (directory) => known.files.isDirectory(directory) || this.arriving.has(directory),
    );
    this.sides = new Sides(this.steps);
  }

  make(sourceOf: (skipped: readonly Skipped[]) => Readonly<Record<string, string>>): Plan {
    const { commit, known, steps, target } = this;
    for (const change of commit.changes) this.sort(change);
    const leaving = new Set([...this.going, ...this.moving.map(({ id }) => id)]);
    for (const { change } of this.moving) known.files.delete(change.from);
    const names = this.nameArriving(leaving);
    this.arriving = new Set([...names.values()].flatMap(foldersAbove));
    this.takeWhatIsFree(names);

    for (const id of leaving) {
      const path = steps.pathOf(id) ?? '';
      const goes = this.going.includes(id);
      if (known.held.hasChildren(id) && (goes || steps.isNeededAt(path))) steps.putFolderFor(id);
    }
    for (const id of this.going) steps.remove(id);
    planMoves(
      this.moving.map(({ id, change }) => ({ id, to: names.get(change.path) ?? '' })),
      steps,
    );
    for (const { id, change } of this.moving) known.files.set(change.path, id);
    // What has pages beneath it first: else a folder would be made for these.
    const [above, others] = partition(this.adding, ({ path }) => this.arriving.has(names.get(path) ?? ''));
    for (const change of [...above.sort(byDepth), ...others]) {
      const { path } = change;
      known.files.set(path, steps.create(names.get(path) ?? '', contentOf(change, this.fileName(path))));
    }
    for (const { id, content } of this.saving) steps.save(id, content);
    if (target.publish) steps.publish();
    return { skipped: this.sides.skipped, changeSet: this.changeSet(sourceOf) };
  }

  private changeSet(
    sourceOf: (skipped: readonly Skipped[]) => Readonly<Record<string, string>>,
  ): ChangeSet | null {
    const { commit, steps, target } = this;
    if (steps.commands.length === 0) return null;
    const { author, committedAt, hash, message, root, tree } = commit;
    const by = author.name === '' ? author.email : author.name;
    this.requireLength('a message', message, documentLimitBytes);
    this.requireLength('an author', by, authorNameLimit);
    return {
      id: derivedId('change set', root, hash, target.parent?.name ?? ''),
      at: committedAt.toISOString(),
      by: { kind: 'import', id: author.id, name: by },
      rights: everywhere('admin'),
      comment: message === '' ? null : message,
      source: sourceOf(this.sides.skipped),
      commands: steps.commands,
      saltsFrom: `${hash} ${tree}`,
      idempotency: null,
      dryRun: false,
    };
  }

  /** @throws BadHistory */
  private requireLength(what: string, { length }: string, limit: number): void {
    if (length <= limit) return;
    throw this.steps.error(
      `has ${what} of ${length} characters, ${limit} are allowed: import a history that was rewritten`,
    );
  }

  /** What is to be done about a change, once what editors did is out of its way. */
  private sort(change: Change): void {
    const { known } = this;
    const unfit = faultOfFile(change, this.target);
    if (unfit !== null) {
      this.sides.leaveOut(change.path, unfit);
      return;
    }
    if (change.kind === 'add') {
      this.adding.push(change);
      return;
    }
    const path = change.kind === 'move' ? change.from : change.path;
    const id = known.files.pageOf(path);
    const held = id === undefined ? undefined : known.held.page(id);
    if (change.kind === 'delete') {
      known.files.delete(path);
      if (!id || !held) return;
      if (!known.live.page(id)) this.steps.forget(id);
      else if (this.mayDelete(path, id)) this.going.push(id);
      return;
    }
    if (!id || !held) {
      this.withoutPage(change, path);
      return;
    }
    const found = differences(held, known);
    const isMove = change.kind === 'move';
    const why =
      found.deleted ??
      found.moved ??
      (change.text === null ? null : found.saved) ??
      (change.text !== null && this.target.publish ? found.unpublished : null);
    if (why !== null && !this.sides.mayOverride(isMove ? 'moves' : 'edits', path, id, why)) {
      if (isMove) known.files.delete(path);
      return;
    }
    if (found.deleted !== null) this.steps.undelete(id);
    const isStillElsewhere = differences(held, known).moved !== null;
    if (isStillElsewhere && !isMove) this.steps.moveBack(held);
    if (isMove) this.moving.push({ id, change });
    if (change.text !== null) this.save(id, change);
  }

  private save(id: string, change: Parameters<typeof contentOf>[0] & { readonly path: string }): void {
    const { path } = change;
    this.saving.push({ id, path, content: contentOf(change, this.fileName(path)) });
  }

  private mayDelete(path: string, id: string): boolean {
    const { held, live } = this.known;
    const page = held.page(id);
    if (!page) return false;
    const found = differences(page, this.known);
    const why = found.saved ?? found.moved ?? found.published ?? found.unpublished;
    if (why !== null) return this.sides.mayOverride('deletes', path, id, why);
    if (held.hasChildren(id) || !live.hasChildren(id)) return true;
    return this.sides.mayOverride(
      'deletes',
      path,
      id,
      'which has pages beneath it that are not from this history',
    );
  }

  /** An editor's page stays in the place of a file that came; or it was there before. */
  private withoutPage(change: Exclude<Change, { kind: 'delete' }>, path: string): void {
    const why = 'which is not there any more';
    if (!this.sides.mayOverride(change.kind === 'move' ? 'moves' : 'edits', path, null, why)) return;
    if (change.text !== null) this.adding.push({ ...change, kind: 'add' });
    else this.sides.skip(path, null, why);
  }

  /** The page path of each file that comes. */
  private nameArriving(leaving: ReadonlySet<string>): ReadonlyMap<string, string> {
    const names = new Map<string, string>();
    const taken = new Set<string>();
    const paths = [...this.adding, ...this.moving.map(({ change }) => change)].map(({ path }) => path);
    for (const path of paths.sort()) {
      const { directory, names: wanted } = wantedNames(path, this.target);
      const isFree = (name: string): boolean => {
        const there = this.steps.at(joined(directory, name));
        const isOwn = there && ofFiles.has(there.type) && this.known.held.page(there.id) !== undefined;
        return !taken.has(joined(directory, name)) && !(isOwn && !leaving.has(there.id));
      };
      const chosen = joined(directory, wanted.find(isFree) ?? wanted.at(-1) ?? '');
      taken.add(chosen);
      names.set(path, chosen);
    }
    return names;
  }

  /** Leaves those alone in whose place others' pages are, or saves on top of these. */
  private takeWhatIsFree(names: ReadonlyMap<string, string>): void {
    const refuse = (path: string): boolean => {
      const to = names.get(path) ?? '';
      const unfit = faultOfPath(this.steps.full(to));
      if (unfit !== null) {
        this.sides.leaveOut(path, `has ${this.shown(path)}, ${unfit}`);
        return true;
      }
      const blocked = foldersAbove(to).find((folder) => this.isForeign(folder, true));
      const id = this.steps.at(to)?.id;
      if (blocked !== undefined) {
        this.sides.requireOurs(
          path,
          `needs a folder at ${this.steps.full(blocked)}, where there is a ${this.typeAt(blocked)}`,
        );
        return true;
      }
      if (!id || !this.isForeign(to)) return false;
      const adding = this.adding.find((change) => change.path === path);
      const isSame = adding && this.typeAt(to) === contentOf(adding, '').type;
      if (isSame && this.target.onConflict === 'theirs') {
        this.save(id, adding);
        this.known.files.set(path, id);
        return true;
      }
      const what = adding
        ? `adds ${this.steps.full(to)}, where there is a page of type ${this.typeAt(to)} already`
        : `moves a page to ${this.steps.full(to)}, but there is a page at ${this.steps.full(to)}`;
      this.sides.requireOurs(path, what);
      return true;
    };
    const [, adding] = partition(this.adding, ({ path }) => refuse(path));
    this.adding.splice(0, Infinity, ...adding);
    const [left, moving] = partition(this.moving, ({ change }) => refuse(change.path));
    this.moving.splice(0, Infinity, ...moving);
    const stays = new Set(left.map(({ id }) => id));
    this.saving.splice(0, Infinity, ...this.saving.filter(({ id }) => !stays.has(id)));
  }

  private typeAt(path: string): string {
    return this.steps.at(path)?.type ?? 'page';
  }

  /** Whether somebody else's page is there; a folder that an import made may become a document's. */
  private isForeign(path: string, mayBeFolder = false): boolean {
    const page = this.steps.at(path);
    if (!page) return false;
    const own = this.known.held.page(page.id);
    const isWhereItWas = own && own.parent === page.parent && own.slug === page.slug;
    if (page.type === 'folder') return !mayBeFolder && !page.imported;
    return !isWhereItWas && !this.moving.some(({ id }) => id === page.id);
  }

  private shown(path: string): string {
    return this.target.decoder.shown(path).text;
  }

  private fileName(path: string): string {
    return lastName(this.shown(path));
  }
}

function byDepth(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path.split('/').length - b.path.split('/').length;
}

function partition<T>(all: readonly T[], test: (each: T) => boolean): [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const each of all) (test(each) ? yes : no).push(each);
  return [yes, no];
}
