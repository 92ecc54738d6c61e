import { foldersAbove } from './page-tree.js';
import { wayOut, type PageSteps } from './page-steps.js';

export interface PlannedMove {
  readonly id: string;
  readonly to: string;
}

/**
 * Moves pages to paths that others of them may still hold: each as soon as its way is free. Where none is, in a
 * swap or when a file becomes the folder it moves into, one steps aside to a name that nothing has.
 * @throws BadHistory when something that stays is in the way
 */
export function planMoves(moves: readonly PlannedMove[], steps: PageSteps): void {
  const waiting = [...moves];
  const aside: PlannedMove[] = [];
  while (waiting.length + aside.length > 0) {
    const all = new Set([...waiting, ...aside].map(({ id }) => id));
    if (moveWhatCan(waiting, all, steps) + moveWhatCan(aside, all, steps) > 0) continue;
    const next = waiting.shift();
    if (next) {
      steps.stepOut(next.id);
      aside.push(next);
    } else {
      // Nothing else leaves: a folder in which others' pages are hangs them beneath the page.
      for (const { id, to } of aside.splice(0)) {
        requireWay(to, steps);
        steps.move(id, to);
      }
    }
  }
}

/** Takes those that could move off the list; answers how many. */
function moveWhatCan(list: PlannedMove[], waiting: Set<string>, steps: PageSteps): number {
  const before = list.length;
  const stuck = list.filter(({ id, to }) => {
    if (!isFree(id, to, waiting, steps)) return true;
    steps.move(id, to);
    waiting.delete(id);
    return false;
  });
  list.splice(0, before, ...stuck);
  return before - stuck.length;
}

function isFree(id: string, path: string, waiting: ReadonlySet<string>, steps: PageSteps): boolean {
  const isWayFree = foldersAbove(path).every((folder) => {
    const page = steps.at(folder);
    return !page || (steps.mayHold(page) && !waiting.has(page.id));
  });
  const there = steps.at(path);
  return isWayFree && (!there || there.id === id || (there.type === 'folder' && steps.isNeededAt(path)));
}

function requireWay(path: string, steps: PageSteps): void {
  const held = [...foldersAbove(path), path].find((each) => {
    const page = steps.at(each);
    return page && page.type !== 'folder' && (each === path || !steps.mayHold(page));
  });
  if (held === undefined) return;
  throw steps.error(
    `moves a page to ${steps.full(path)}, but there is a page at ${steps.full(held)}: ${wayOut}`,
  );
}
