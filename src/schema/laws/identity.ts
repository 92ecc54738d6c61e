import { isStandIn } from '../blocks.js';
import type { JsonObject } from '../json/json.js';
import { parsePointer } from '../json/pointer.js';
import type { Ladder } from '../ladder.js';
import { counterparts } from '../merge/counterparts.js';
import { withIds } from '../merge/places.js';
import { saved } from '../merge/saved.js';
import type { BlockPlace } from './block-places.js';
import { versionsIn } from './history.js';
import type { Law, Violation } from './law.js';
import { valueAt, where } from './locality.js';
import { savesIn, type SeenSave } from './saves.js';
import { blocksOf, type BlocksOfSave } from './touched.js';
import type { Trial } from './trial.js';

/** Every block stays the one that it was. */
export const identity: Law = {
  name: 'identity',
  statement:
    'no two blocks have one _id at any schema version, and no block that the writer could not see goes without a warning',
  triedOn: 'histories',
  violation: (ladder, trial) => {
    for (const save of savesIn(ladder, trial)) {
      const twice = sharedId(save.after);
      if (twice !== undefined)
        return { pointer: '', message: `${where(save)}: two objects have the _id "${twice}"` };
      const gone = goneUnseen(ladder, save);
      if (gone && !warns(ladder, trial, save, gone.within))
        return { pointer: gone.pointer, message: `${where(save)}: ${gone.message}` };
    }
    return undefined;
  },
};

/** An `_id` that two objects of a document share, which no client could have sent. */
function sharedId(document: JsonObject): string | undefined {
  const ids = new Set<string>();
  let shared: string | undefined;
  withIds(document, (id) => {
    if (ids.has(id)) shared = id;
    ids.add(id);
    return id;
  });
  return shared;
}

/** A block that the writer could not see and that is gone, while what it stood in is still there. */
function goneUnseen(ladder: Ladder, save: SeenSave): (Violation & { readonly within: string }) | undefined {
  const blocks = blocksOf(ladder, save);
  for (const [id, was] of blocks.before) {
    if (was.parent === null || isStandIn(was.block)) continue;
    if (blocks.seen.has(id) || blocks.sent.has(id) || blocks.after.has(id)) continue;
    const holder = blocks.after.get(was.parent);
    if (!holder || isTakenAway(ladder, save, blocks, was)) continue;
    const message = `block "${id}", which the writer could not see, is gone without a warning`;
    return { pointer: was.pointer, message, within: holder.pointer };
  }
  return undefined;
}

/** Whether the writer has taken away, or made another, what the block stood in. */
function isTakenAway(
  ladder: Ladder,
  { reader, writer }: SeenSave,
  { seen, sent, before, after, typeOf, isOpaque }: BlocksOfSave,
  { parent, pointer }: BlockPlace,
): boolean {
  const id = parent ?? '';
  const [then, now, was, is] = [before.get(id), after.get(id), seen.get(id), sent.get(id)];
  if (!then || !now || isOpaque(id)) return true;
  if (!was && !is) return typeOf(then) !== typeOf(now); // hidden itself
  if (!was || !is || typeOf(was) !== typeOf(is) || typeOf(then) !== typeOf(now)) return true;
  const [name = ''] = parsePointer(pointer.slice(then.pointer.length)) ?? [];
  return counterparts(ladder, { type: typeOf(then), path: [name] }, reader, writer).some(
    ({ path }) => valueAt(was.block, path) !== undefined && valueAt(is.block, path) === undefined,
  );
}

/** Whether the answer to a save says that something was replaced there, or around it. */
function warns(ladder: Ladder, trial: Trial, { sent, writer, reader }: SeenSave, within: string): boolean {
  const versions = versionsIn(ladder, trial);
  return trial.history.some((step, index) => {
    const base = versions[index - 1];
    if (step.kind !== 'save' || step.document !== sent || step.schemaVersion !== writer || !base)
      return false;
    const again = { ...step, copies: new Map(Object.entries(step.copies)) };
    const { overwritten } = saved(ladder, base, again, (number) => versions[number - 1]);
    return overwritten.some((one) => one.schemaVersion === reader && one.pointer.startsWith(within));
  });
}
