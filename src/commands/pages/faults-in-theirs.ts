import { blockId, blockType } from '../../schema/blocks.js';
import type { Faults } from '../../schema/faults.js';
import { counterparts } from '../../schema/merge/counterparts.js';
import { isArray, isObject, member, type JsonObject, type JsonValue } from '../../schema/json/json.js';
import type { Ladder } from '../../schema/ladder.js';
import type { Path } from '../../schema/operations/operation.js';
import { placesIn, type Places } from '../../schema/merge/places.js';
import { childPointer, parsePointer } from '../../schema/json/pointer.js';
import type { StoredVersion } from '../../schema/views.js';

/**
 * Tells an author what is wrong at another schema version in terms of the document that it sent.
 * @param content the view at that version
 */
export function tellInTheirs(
  ladder: Ladder,
  { type, schemaVersion, document }: StoredVersion,
  served: number,
  content: JsonObject,
  faults: Faults,
): Faults {
  const sent = placesIn(document);
  const pointers = pointersIn(document);
  return faults.told((fault) => {
    const spot = spotOf(content, type, fault.pointer, sent);
    const root = spot.id === null ? '' : (pointers.get(spot.id) ?? '');
    const block = spot.id === null ? document : (sent.get(spot.id) ?? document);
    const path = spot.tokens.map((token, index) => (spot.isItem[index] ? '*' : token));
    const inYours = counterparts(ladder, { type: spot.type, path }, served, schemaVersion).map(
      (place) => root + pointerAlong(block, place.path, indicesOf(spot)),
    );
    const hidden = hiddenItems(content, fault.pointer, sent);
    const counted = hidden > 0 ? ` (of which schema version ${schemaVersion} can’t show ${hidden})` : '';
    const places = [...new Set(inYours)];
    return { ...fault, message: fault.message + counted, ...(places.length > 0 && { inYours: places }) };
  });
}

/** A place in a view: the innermost block around it that the author sent too, and the way from there. */
interface Spot {
  /** `null`: the page. */
  readonly id: string | null;
  readonly type: string;
  readonly tokens: readonly string[];
  readonly isItem: readonly boolean[];
}

function spotOf(content: JsonObject, pageType: string, pointer: string, sent: Places): Spot {
  let spot: Spot = { id: null, type: pageType, tokens: [], isItem: [] };
  let value: JsonValue | undefined = content;
  let isShown = true;
  for (const token of parsePointer(pointer) ?? []) {
    const isItem: boolean = isArray(value);
    value = isArray(value) ? value[Number(token)] : isObject(value) ? member(value, token) : undefined;
    const id = blockId(value);
    const type = blockType(value);
    if (id !== undefined && type !== undefined && sent.has(id)) {
      spot = { id, type, tokens: [], isItem: [] };
      isShown = true;
    } else if (id !== undefined && type !== undefined) {
      isShown = false; // a block that the author can't see: the place that holds it is as near as it gets
    } else if (isShown) {
      spot = { ...spot, tokens: [...spot.tokens, token], isItem: [...spot.isItem, isItem] };
    }
  }
  return spot;
}

function indicesOf({ tokens, isItem }: Spot): readonly string[] {
  return tokens.filter((_, index) => isItem[index]);
}

/** As far as the way leads in what the author sent; the items of lists are taken to be in the same places. */
function pointerAlong(block: JsonObject, path: Path, indices: readonly string[]): string {
  let pointer = '';
  let value: JsonValue | undefined = block;
  const left = [...indices];
  for (const name of path) {
    const token = name === '*' ? left.shift() : name;
    if (token === undefined) break;
    value = isArray(value) ? value[Number(token)] : isObject(value) ? member(value, token) : undefined;
    pointer = childPointer(pointer, token);
    if (value === undefined) break;
  }
  return pointer;
}

/** How many blocks of the list at a pointer the author can't see: they count towards its limits. */
function hiddenItems(content: JsonObject, pointer: string, sent: Places): number {
  let value: JsonValue | undefined = content;
  for (const token of parsePointer(pointer) ?? []) {
    value = isArray(value) ? value[Number(token)] : isObject(value) ? member(value, token) : undefined;
  }
  if (!isArray(value)) return 0;
  return value.map(blockId).filter((id) => id !== undefined && !sent.has(id)).length;
}

function pointersIn(document: JsonObject): ReadonlyMap<string, string> {
  const pointers = new Map<string, string>();
  const collect = (value: JsonValue, pointer: string): void => {
    const id = blockId(value);
    if (id !== undefined) pointers.set(id, pointer);
    if (!isArray(value) && !isObject(value)) return;
    for (const key of Object.keys(value)) {
      collect((value as JsonObject)[key] as JsonValue, childPointer(pointer, key));
    }
  };
  collect(document, '');
  return pointers;
}
