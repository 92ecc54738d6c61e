import { isStandIn } from '../blocks.js';
import { isObject, sameJson, type JsonObject } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { withIds } from '../merge/places.js';
import { ownPart } from './block-places.js';
import { counterparts, type Place } from '../merge/counterparts.js';
import { firstDifference } from './difference.js';
import { hiddenBlockLost } from './hidden-blocks.js';
import type { Law, Violation } from './law.js';
import { itemLost } from './list-items.js';
import { overlap, valueAt, where } from './locality.js';
import { savesIn, type SeenSave } from './saves.js';
import { blocksOf, type BlocksOfSave } from './touched.js';
import { veilBetween } from './veil.js';

/** What writers can't see, they can't lose. */
export const conservation: Law = {
  name: 'conservation',
  statement:
    'what the writer could not see is as it was: hidden fields, hidden blocks and their place, stand-ins, copies',
  triedOn: 'histories',
  violation: (ladder, trial) => {
    for (const save of savesIn(ladder, trial)) {
      const blocks = blocksOf(ladder, save);
      const violation =
        hiddenFieldLost(ladder, save, blocks) ??
        hiddenBlockLost(save, blocks) ??
        itemLost(ladder, save, blocks) ??
        standInChanged(blocks) ??
        copyIncomplete(save, blocks);
      if (violation) return { ...violation, message: `${where(save)}: ${violation.message}` };
    }
    return undefined;
  },
};

/** Fields of a block that nothing the writer sees has a part in. */
function hiddenFieldLost(ladder: Ladder, save: SeenSave, blocks: BlocksOfSave): Violation | undefined {
  const { writer, reader } = save;
  const { hidden } = veilBetween(ladder, reader, writer);
  const { rules } = ladder.way(writer, reader);
  for (const [id, before] of blocks.before) {
    const after = blocks.after.get(id);
    const type = blocks.typeOf(before);
    if (!after || !isStillThere(blocks, id) || blocks.typeOf(after) !== type) continue;
    const isOpaque = blocks.isOpaque(id);
    const groups = rules.get(type)?.together ?? [];
    for (const path of hidden.get(type)?.paths ?? []) {
      if (path.length === 0 || path.includes('*')) continue;
      if (isOpaque && isSaid(blocks, id, path)) continue;
      if (!isOpaque && counterparts(ladder, { type, path }, reader, writer).length > 0) continue;
      if (groups.some((group) => group.some((other) => overlap(other, path)))) continue;
      if (!keptContainer(ladder, save, blocks, id, { type, path: path.slice(0, -1) })) continue;
      const [was, is] = [before.block, after.block].map((block) => container(block, path));
      const difference =
        was && is && firstDifference(valueAt(was, path.slice(-1)), valueAt(is, path.slice(-1)));
      if (difference) {
        const pointer = `${after.pointer}/${path.join('/')}${difference.pointer}`;
        return { pointer, message: `could not be seen by the writer: ${difference.message}` };
      }
    }
  }
  return undefined;
}

/** Whether authors' functions make something of a field out of what the writer has changed. */
function isSaid({ seenThere, sentThere }: BlocksOfSave, id: string, path: Place['path']): boolean {
  const [seen, sent] = [seenThere.get(id), sentThere.get(id)];
  return (
    !seen || !sent || firstDifference(valueAt(seen.block, path), valueAt(sent.block, path)) !== undefined
  );
}

/** Whether the writer has left what the field is in: what it deleted is gone with all that is inside. */
function keptContainer(
  ladder: Ladder,
  { reader, writer }: SeenSave,
  { seen, sent }: BlocksOfSave,
  id: string,
  container: Place,
): boolean {
  if (container.path.length === 0) return true;
  return counterparts(ladder, container, reader, writer).every(({ path }) => {
    const [was, is] = [seen.get(id), sent.get(id)].map((place) => place && valueAt(place.block, path));
    return was === undefined || is !== undefined;
  });
}

/** The object in which the last name of a path is a field, if there is one. */
function container(block: JsonObject, path: readonly string[]): JsonObject | undefined {
  const value = valueAt(block, path.slice(0, -1));
  return isObject(value) ? value : undefined;
}

/** Whether the writer saw the block and sent it as one of the same type. */
function isStillThere({ seen, sent, typeOf }: BlocksOfSave, id: string): boolean {
  const [was, is] = [seen.get(id), sent.get(id)];
  return was !== undefined && is !== undefined && typeOf(was) === typeOf(is);
}

/** What a stand-in stands for can't be edited by who sees nothing else of it. */
function standInChanged({ seen, sent, sentThere, before, after }: BlocksOfSave): Violation | undefined {
  for (const [id, { block }] of seen) {
    const was = before.get(id);
    if (!was || !isStandIn(block) || !isStandIn(sent.get(id)?.block)) continue;
    const is = after.get(id);
    if (!is && !sentThere.has(id)) continue;
    const difference = firstDifference(was.block, is?.block, is?.pointer ?? was.pointer);
    if (difference)
      return { ...difference, message: `the writer saw a stand-in only: ${difference.message}` };
  }
  return undefined;
}

/** A copy of a block that was not changed otherwise has all that the block has, seen or not. */
function copyIncomplete({ copies }: SeenSave, blocks: BlocksOfSave): Violation | undefined {
  const { seen, sent, sentThere, before, after } = blocks;
  for (const [copy, original] of Object.entries(copies)) {
    const [was, is, from, to] = [seen.get(original), sent.get(copy), before.get(original), after.get(copy)];
    if (
      !was ||
      !is ||
      !from ||
      isStandIn(was.block) ||
      isStandIn(from.block) ||
      blocks.isOpaque(copy) ||
      blocks.isOpaque(original)
    )
      continue;
    if (!sameJson(nameless(was.block), nameless(is.block))) continue;
    if (!to && !sentThere.has(copy)) continue;
    if (!to) return { pointer: from.pointer, message: `its copy "${copy}" is not there` };
    const difference = firstDifference(nameless(from.block), nameless(to.block), to.pointer);
    if (difference) return { ...difference, message: `a copy of block "${original}": ${difference.message}` };
  }
  return undefined;
}

function nameless(block: JsonObject): JsonObject {
  return withIds(ownPart(block), () => '') as JsonObject; // another name, the same kind of value
}
