import { blockId, blockType, replaceBlock } from '../blocks.js';
import {
  copyJson,
  isArray,
  isObject,
  member,
  setMember,
  type JsonObject,
  type JsonValue,
} from '../json/json.js';
import type { Draft } from '../operations/operation.js';
import {
  chosen,
  contains,
  editableFields,
  fresh,
  likeIn,
  listsIn,
  objectsIn,
  slotsIn,
  type Scene,
} from './edit-scene.js';

/** What a client does to its document, by name; where there is nothing to do it to, nothing happens. */
export const edits = {
  'set a field': setField,
  'change a value': changeValue,
  'delete a field': deleteField,
  'clear a list': clearList,
  'add an item': addItem,
  'remove an item': removeItem,
  'move an item': moveItem,
  'reverse a list': reverseList,
  'move a block elsewhere': moveBlock,
  'duplicate a block': duplicateBlock,
  "change a block's type": retypeBlock,
} as const satisfies Readonly<Record<string, (scene: Scene) => void>>;

export type EditName = keyof typeof edits;

/** Gives a field the value that it has elsewhere, in a list or object of the same kind. */
function setField(scene: Scene): void {
  const object = chosen(objectsIn(scene.draft), scene.at);
  const like = object && chosen(likeIn(scene, object), scene.to);
  const name = like && chosen(editableFields(like), scene.to);
  if (name !== undefined) setMember(object as Draft, name, fresh(like?.[name] ?? null, scene)); // name implies both
}

function changeValue({ draft, at, to }: Scene): void {
  const object = chosen(objectsIn(draft), at);
  const name = object && chosen(editableFields(object), to);
  if (name === undefined) return;
  const value = member(object as Draft, name) ?? null; // a name implies the object
  if (isArray(value)) (value as JsonValue[]).forEach((item, index, list) => (list[index] = changed(item)));
  else if (!isObject(value)) setMember(object as Draft, name, changed(value));
}

function changed(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value === '' ? 'edited' : `${value} edited`;
  if (typeof value === 'number') return value + 1;
  return typeof value === 'boolean' ? !value : value;
}

function deleteField({ draft, at, to }: Scene): void {
  const object = chosen(objectsIn(draft), at);
  const name = object && chosen(editableFields(object), to);
  if (name !== undefined) Reflect.deleteProperty(object as Draft, name);
}

function clearList({ draft, at }: Scene): void {
  chosen(listsIn(draft), at)?.splice(0);
}

/** A block into a slot, or another item into a list that has some like it. */
function addItem(scene: Scene): void {
  const list = chosen(listsIn(scene.draft), scene.at);
  if (!list) return;
  const isSlot = slotsIn(scene.draft).includes(list);
  const blocks = objectsIn(scene.donor).filter((object) => blockType(object) !== undefined);
  const item = chosen(isSlot ? blocks : list, scene.to);
  if (item !== undefined) list.splice(scene.to % (list.length + 1), 0, fresh(item, scene));
}

function removeItem({ draft, at, to }: Scene): void {
  const list = chosen(listsIn(draft), at);
  list?.splice(to % Math.max(1, list.length), 1);
}

function moveItem({ draft, at, to }: Scene): void {
  const list = chosen(
    listsIn(draft).filter(({ length }) => length > 1),
    at,
  );
  if (!list) return;
  const [item] = list.splice(at % list.length, 1);
  if (item !== undefined) list.splice(to % (list.length + 1), 0, item);
}

function reverseList({ draft, at }: Scene): void {
  chosen(
    listsIn(draft).filter(({ length }) => length > 1),
    at,
  )?.reverse();
}

function moveBlock({ draft, at, to }: Scene): void {
  const from = chosen(
    slotsIn(draft).filter(({ length }) => length > 0),
    at,
  );
  const index = at % Math.max(1, from?.length ?? 0);
  const block = from?.[index];
  if (!from || block === undefined) return;
  const target = chosen(
    slotsIn(draft).filter((slot) => slot !== from && !contains(block, slot)),
    to,
  );
  if (!target) return;
  from.splice(index, 1);
  target.splice(to % (target.length + 1), 0, block);
}

/** Like copy and paste; stand-ins are copied too. */
function duplicateBlock(scene: Scene): void {
  const slot = chosen(
    slotsIn(scene.draft).filter(({ length }) => length > 0),
    scene.at,
  );
  const block = slot && chosen(slot, scene.to);
  if (block === undefined) return;
  const copy = copyJson(block);
  renameInside(copy, scene);
  slot?.splice(scene.at % (slot.length + 1), 0, copy);
}

function renameInside(value: JsonValue, scene: Scene): void {
  for (const object of isArray(value) ? [] : [value].filter(isObject)) {
    const id = blockId(object);
    if (id === undefined) continue;
    const copy = scene.freshId();
    setMember(object, '_id', copy); // a copy of our own
    scene.noteCopy?.(copy, id);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const child of Object.values(value)) renameInside(child, scene);
}

/** Another type under the same `_id`. */
function retypeBlock(scene: Scene): void {
  const isBlock = (object: JsonObject): boolean => blockType(object) !== undefined;
  const block = chosen(objectsIn(scene.draft).filter(isBlock), scene.at);
  if (!block) return;
  const others = objectsIn(scene.donor).filter(
    (other) => isBlock(other) && blockType(other) !== blockType(block),
  );
  const by = chosen(others, scene.to);
  const id = blockId(block);
  if (by && id !== undefined) replaceBlock(block, { ...(fresh(by, scene) as JsonObject), _id: id }); // an object's copy
}
