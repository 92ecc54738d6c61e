import type { Path } from './operation.js';

/** Something is wrong with a declaration; `operation` is how it was written: `add('tone')`. */
export function mistake(operation: string, reason: string): Error {
  return new Error(`${operation}: ${reason}`);
}

/**
 * Makes sure that an operation leaves alone what says which block this is.
 * @throws Error when it names `_id` or `_type`
 */
export function checkNames(operation: string, names: readonly string[]): void {
  const fixed = names.find((name) => name === '_id' || name === '_type');
  if (fixed === undefined) return;
  throw mistake(operation, `"${fixed}" says which block this is and stays as it is: choose another field`);
}

/** @throws Error when a name is there twice, or there are fewer than two */
export function checkSeveral(operation: string, names: readonly string[]): void {
  if (names.length < 2) throw mistake(operation, 'expected at least two fields: name them all');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw mistake(operation, `"${twice}" is named twice: name each field once`);
}

/** Names as paths from the root of the type. */
export function pathsOf(names: readonly string[]): Path[] {
  return names.map((name) => [name]);
}

/** Names as the changelog shows them: `` `a` and `b` ``. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(' and ');
}
