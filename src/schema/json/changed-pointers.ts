import { changedPointers } from './diff.js';
import type { JsonValue } from './json.js';

/** Pointers to what has changed; `more`: there is more than they say. */
export interface Changed {
  readonly changed: readonly string[];
  readonly more?: true;
}

const pointerLimit = 100;

/**
 * What differs between two documents, as `changedPointers` has it: at most 100 pointers, and none where the texts are longer
 * than `mostCharacters` together, as reading them would take too long.
 */
export function changedBetween(from: string, to: string, mostCharacters: number): Changed {
  if (from.length + to.length > mostCharacters) return { changed: [], more: true };
  const [older, newer] = [from, to].map((text) => JSON.parse(text) as JsonValue) as [JsonValue, JsonValue];
  const pointers = changedPointers(older, newer, pointerLimit + 1);
  if (pointers.length <= pointerLimit) return { changed: pointers };
  return { changed: pointers.slice(0, pointerLimit), more: true };
}
