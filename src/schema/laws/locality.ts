import { isArray, isObject, member, type JsonObject, type JsonValue } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import type { Path } from '../operations/operation.js';
import { childPointer } from '../json/pointer.js';
import { ownPart, type BlockPlace } from './block-places.js';
import { counterparts } from '../merge/counterparts.js';
import { firstDifference } from './difference.js';
import type { Law, Violation } from './law.js';
import { savesIn, type SeenSave } from './saves.js';
import { blocksOf, type BlocksOfSave } from './touched.js';

/** What the writer left as it was stays as it was, for everybody. */
export const locality: Law = {
  name: 'locality',
  statement: 'an edit changes no block and no field but those that were edited, at no schema version',
  triedOn: 'histories',
  violation: (ladder, trial) => {
    for (const save of savesIn(ladder, trial)) {
      const violation = inSave(ladder, save);
      if (violation) return { ...violation, message: `${where(save)}: ${violation.message}` };
    }
    return undefined;
  },
};

/** Which readers it is about, for messages. */
export function where({ writer, reader }: SeenSave): string {
  return `seen at schema version ${reader}, after a save at ${writer}`;
}

function inSave(ladder: Ladder, save: SeenSave): Violation | undefined {
  const blocks = blocksOf(ladder, save);
  for (const id of blocks.seen.keys()) {
    const before = blocks.before.get(id);
    if (!blocks.sentThere.has(id) || !before || blocks.isAmongItems(id)) continue;
    const after = blocks.after.get(id);
    if (!after) return { pointer: before.pointer, message: `block "${id}" was not deleted, but is gone` };
    const difference = blocks.isTouched(id)
      ? changedField(ladder, save, blocks, id, before, after)
      : firstDifference(ownPart(before.block), ownPart(after.block), after.pointer);
    if (difference) return { ...difference, message: `was not edited: ${difference.message}` };
  }
  return undefined;
}

/** A field that nothing the writer changed has a part in, in a block that they edited, and that readers find changed. */
function changedField(
  ladder: Ladder,
  { writer, reader }: SeenSave,
  blocks: BlocksOfSave,
  id: string,
  before: BlockPlace,
  after: BlockPlace,
): Violation | undefined {
  const [seen, sent] = [blocks.seen.get(id), blocks.sent.get(id)];
  if (!seen || !sent || blocks.isOpaque(id) || blocks.typeOf(seen) !== blocks.typeOf(sent)) return undefined;
  const type = blocks.typeOf(before);
  if (type !== blocks.typeOf(after)) return undefined;
  const edited = changedNames(ownPart(seen.block), ownPart(sent.block)).flatMap((name) =>
    counterparts(ladder, { type: blocks.typeOf(seen), path: [name] }, writer, reader).map(({ path }) => path),
  );
  const groups = ladder.way(writer, reader).rules.get(type)?.together ?? [];
  const together = groups.filter((group) =>
    group.some((path) => edited.some((other) => overlap(path, other))),
  );
  const [was, is] = [ownPart(before.block), ownPart(after.block)];
  for (const name of changedNames(was, is)) {
    if ([...edited, ...together.flat()].some((path) => path[0] === name)) continue;
    const difference = firstDifference(
      member(was, name),
      member(is, name),
      childPointer(after.pointer, name),
    );
    if (difference) return difference;
  }
  return undefined;
}

function changedNames(was: JsonObject, is: JsonObject): readonly string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (name) => firstDifference(member(was, name), member(is, name)) !== undefined,
  );
}

/** Whether one of two paths leads to the other. */
export function overlap(a: Path, b: Path): boolean {
  return a.slice(0, b.length).every((name, index) => name === b[index] || name === '*' || b[index] === '*');
}

/** What stands in a field, which `*` has no part in. */
export function valueAt(object: JsonObject, path: Path): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const name of path) value = isObject(value) && !isArray(value) ? member(value, name) : undefined;
  return value;
}
