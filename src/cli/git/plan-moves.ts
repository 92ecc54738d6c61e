import { foldersAbove } from './known-tree.js';
import type { PageSteps } from './page-steps.js';

export interface PlannedMove {
  readonly from: string;
  readonly to: string;
}

/**
 * Moves pages to paths that others of them may still hold: each as soon as its way is free. Where none is, in a
 * swap or when a file becomes the folder it moves into, one steps aside to a name that nothing has.
 * @throws BadHistory when something that stays is in the way
 */
export function planMoves(moves: readonly PlannedMove[], steps: PageSteps): void {
  const waiting = moves.filter(({ from, to }) => from !== to);
  for (const { from } of waiting) steps.requireDocument(from);
  const aside: PlannedMove[] = [];
  while (waiting.length + aside.length > 0) {
    if (moveWhatCan(waiting, steps) + moveWhatCan(aside, steps) > 0) continue;
    const next = waiting.shift();
    if (!next) throw inTheWay(aside, steps);
    const asidePath = `.moving-${steps.requireDocument(next.from).id}`;
    steps.move(next.from, asidePath);
    aside.push({ from: asidePath, to: next.to });
  }
}

/** Takes those that could move off the list; answers how many. */
function moveWhatCan(list: PlannedMove[], steps: PageSteps): number {
  const before = list.length;
  const stuck = list.filter((move) => {
    if (!isFree(move.to, steps)) return true;
    steps.move(move.from, move.to);
    return false;
  });
  list.splice(0, before, ...stuck);
  return before - stuck.length;
}

function isFree(path: string, { tree }: PageSteps): boolean {
  const isFolderOrNothing = (folder: string) => (tree.at(folder)?.type ?? 'folder') === 'folder';
  return !tree.at(path) && foldersAbove(path).every(isFolderOrNothing);
}

function inTheWay([move]: readonly PlannedMove[], steps: PageSteps): Error {
  const path = move?.to ?? '';
  const held = [...foldersAbove(path), path].find((each) => {
    const page = steps.tree.at(each);
    return page && (each === path || page.type !== 'folder');
  });
  return steps.error(
    `moves a page to ${steps.full(path)}, but there is a page at ${steps.full(held ?? path)}: ` +
      `move that one elsewhere, or import beneath another --parent, or without --strip-extension`,
  );
}
