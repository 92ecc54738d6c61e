import { member, sameJson, type JsonObject } from '../json/json.js';
import type { Path } from '../operations/operation.js';
import { childPointer } from '../json/pointer.js';
import { isChild, type At } from './merge-point.js';
import { isSlot } from './merge-sight.js';

/** The same object as the client saw it, as it sent it, and as readers here had it. */
interface Three {
  readonly base: JsonObject;
  readonly mine: JsonObject;
  readonly other: JsonObject;
}

export interface FieldOwners {
  /** Whose each grouped field is. */
  readonly owners: ReadonlyMap<string, 'mine' | 'other'>;
  /** Pointers to what the client's group replaces. */
  readonly overwritten: readonly string[];
}

/**
 * Fields that mean something together only are one author's as a whole: the client's where it changed any of them, but
 * for lists of blocks among them.
 * @param groups the paths of each group, from the root of the page or block that `at` is in
 */
export function ownersOfFields(
  at: At,
  { base, mine, other }: Three,
  groups: readonly (readonly Path[])[],
): FieldOwners {
  const owners = new Map<string, 'mine' | 'other'>();
  const overwritten: string[] = [];
  for (const group of groups) {
    const names = group.flatMap((path) => (isChild(path, at.path) ? [path[path.length - 1] ?? ''] : []));
    if (names.length < 2) continue;
    const isBlocks = (name: string): boolean => [base, mine, other].some((one) => isSlot(member(one, name)));
    const isChanged = names.some((name) => !isBlocks(name) && !sameField(base, mine, name));
    for (const name of names) if (owners.get(name) !== 'mine') owners.set(name, isChanged ? 'mine' : 'other');
    if (!isChanged || names.every((name) => isBlocks(name) || sameField(base, other, name))) continue;
    const lost = names.filter((name) => !isBlocks(name) && !sameField(mine, other, name));
    for (const name of lost) overwritten.push(childPointer(at.pointer, name));
  }
  return { owners, overwritten };
}

function sameField(a: JsonObject, b: JsonObject, name: string): boolean {
  const [left, right] = [member(a, name), member(b, name)];
  return left === undefined || right === undefined ? left === right : sameJson(left, right);
}
