import { Refusal } from '../../refusal.js';
import { blockId, isStandIn } from '../../schema/blocks.js';
import { Faults, requireNoFault } from '../../schema/faults.js';
import {
  isArray,
  isObject,
  member,
  sameJson,
  type JsonObject,
  type JsonValue,
} from '../../schema/json/json.js';
import { childPointer, printPointer } from '../../schema/json/pointer.js';

/** What a client saw (`null`: nothing yet), and what it sends. */
interface Sending {
  readonly seen: JsonObject | null;
  readonly document: JsonObject;
  /** `_id` of a block → `_id` of the one it is a copy of. */
  readonly copies: ReadonlyMap<string, string>;
}

/**
 * Blocks that stand for what a client can't see may be moved, copied, deleted and brought back, not edited or made up.
 * @param former finds the stand-in of an earlier version of the page, by the `_id` of what it stands for
 * @throws Refusal `content-invalid`
 */
export function requireStandInsUntouched(
  schemaVersion: number,
  { seen, document, copies }: Sending,
  former: (id: string) => JsonObject | undefined,
): void {
  const faults = new Faults();
  const originals = new Map<string, JsonObject>();
  const byWhatTheyStandFor = new Map<JsonValue | undefined, JsonObject>();
  if (seen) {
    forEachStandIn(seen, [], (block) => {
      originals.set(blockId(block) ?? '', block);
      byWhatTheyStandFor.set(member(block, 'of'), block);
    });
  }
  forEachStandIn(document, [], (block, path) => {
    const id = blockId(block) ?? '';
    const of = member(block, 'of');
    const original =
      originals.get(id) ??
      originals.get(copies.get(id) ?? '') ??
      byWhatTheyStandFor.get(of) ??
      (typeof of === 'string' ? former(of) : undefined);
    if (original && sameJson({ ...original, _id: id }, block)) return;
    const message = original
      ? 'stands for a block that this schema version can’t show: it may be moved, copied and deleted, not edited'
      : 'stands for no block of this page, nor of its latest versions, and only the server makes such blocks: leave it out. ' +
        'A block that was deleted long ago comes back with the version that had it (restore). ' +
        'To copy a page with all its blocks, read and create it at the newest schema version';
    faults.add({ pointer: printPointer(path), keyword: 'standIn', params: { of: of ?? null }, message });
  });
  requireNoFault(schemaVersion, faults);
}

/** @param path to the value, which is changed on the way: a document has millions of places, and few stand-ins */
function forEachStandIn(
  value: JsonValue,
  path: (string | number)[],
  visit: (block: JsonObject, path: readonly (string | number)[]) => void,
): void {
  if (typeof value !== 'object' || value === null) return;
  if (isArray(value)) {
    for (const [index, item] of value.entries()) {
      path.push(index);
      forEachStandIn(item, path, visit);
      path.pop();
    }
    return;
  }
  if (path.length > 0 && isStandIn(value)) visit(value, path);
  for (const key of Object.keys(value)) {
    path.push(key);
    forEachStandIn(value[key] as JsonValue, path, visit);
    path.pop();
  }
}

/**
 * A new block has an `_id` that no block of the page has, seen by its author or not.
 * @param taken those that others have
 * @throws Refusal `duplicate-block-id` {pointer, id, schemaVersion}
 */
export function requireFreeIds(
  schemaVersion: number,
  document: JsonObject,
  taken: ReadonlySet<string>,
): void {
  const [id] = taken;
  if (id === undefined) return;
  const pointer = pointerTo(document, id, '') ?? '';
  throw new Refusal(
    'duplicate-block-id',
    `the _id at "${pointer}" is already that of a block of this page which schema version ${schemaVersion} can't show: ` +
      'give the new one another _id, such as a UUID',
    { pointer, id, schemaVersion },
  );
}

function pointerTo(value: JsonValue, id: string, pointer: string): string | undefined {
  if (!isArray(value) && !isObject(value)) return undefined;
  if (blockId(value) === id) return childPointer(pointer, '_id');
  for (const key of Object.keys(value)) {
    const found = pointerTo((value as JsonObject)[key] as JsonValue, id, childPointer(pointer, key));
    if (found !== undefined) return found;
  }
  return undefined;
}
