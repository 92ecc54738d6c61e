import type { JsonSchema } from '../json-schema.js';
import { member } from '../json/json.js';
import { checkNames, mistake } from './declaration.js';
import { drop, place, take } from './draft.js';
import { checkFree, isRequired, knownField, withField, withoutField } from './fields.js';
import { type Draft, type Operation, plain } from './operation.js';
import { byName } from './tracks.js';

type Pair = readonly [from: string, to: string];

/**
 * New names for fields: `{ old: new }`, all at once, so that swaps work.
 * @throws Error when there is nothing to rename, or two fields would get one name
 */
export function rename(names: Readonly<Record<string, string>>): Operation {
  const pairs: readonly Pair[] = Object.entries(names);
  const label = `rename('${pairs.map(([from]) => from).join("', '")}')`;
  checkPairs(label, pairs);
  const back = pairs.map(([from, to]): Pair => [to, from]);
  return {
    summary: pairs.map(([from, to]) => `renames \`${from}\` to \`${to}\``).join(', '),
    bind: (before) => ({
      ...plain,
      after: renamed(label, before, pairs),
      up: move(pairs),
      down: move(back),
      track: { up: byName(movesOf(pairs)), down: byName(movesOf(back)) },
    }),
  };
}

function checkPairs(label: string, pairs: readonly Pair[]): void {
  if (pairs.length === 0) throw mistake(label, 'there is nothing to rename: name a field and its new name');
  const targets = pairs.map(([, to]) => to);
  checkNames(label, pairs.flat());
  const same = pairs.find(([from, to]) => from === to);
  if (same) throw mistake(label, `"${same[0]}" is called so already: choose another name`);
  const twice = targets.find((to, index) => targets.indexOf(to) !== index);
  if (twice !== undefined) {
    throw mistake(label, `two fields can't both be called "${twice}": choose another name for one`);
  }
}

function renamed(label: string, before: JsonSchema, pairs: readonly Pair[]): JsonSchema {
  const fields = pairs.map(([from]) => knownField(label, before, from));
  const others = pairs.reduce((schema, [from]) => withoutField(schema, from), before);
  return pairs.reduce((schema, [from, to], index) => {
    checkFree(label, others, to);
    return withField(schema, to, fields[index] ?? {}, isRequired(before, from));
  }, others);
}

function move(pairs: readonly Pair[]): (object: Draft) => void {
  const [only] = pairs;
  // Most renames are of one field, and some ladders have little else: nothing is allocated for those.
  if (only && pairs.length === 1) {
    const [from, to] = only;
    return (object) => {
      place(object, to, take(object, from));
    };
  }
  return (object) => {
    const values = pairs.map(([from]) => member(object, from));
    for (const [from] of pairs) drop(object, from);
    for (const [index, [, to]] of pairs.entries()) place(object, to, values[index]);
  };
}

/** What stood under a new name ends, unless it is renamed itself. */
function movesOf(pairs: readonly Pair[]): ReadonlyMap<string, string | null> {
  return new Map([...pairs.map(([, to]): [string, null] => [to, null]), ...pairs]);
}
