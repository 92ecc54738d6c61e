import { blockId, blockType } from './blocks.js';
import { isArray, isObject, member, type JsonObject, type JsonValue } from './json.js';
import type { Ladder } from './ladder.js';
import type { Path } from './operations/operation.js';
import { reachDown, reachUp } from './operations/tracks.js';
import { parsePointer, printPointer } from './pointer.js';

/** A document as it was sent, or as it looks at another schema version. */
interface Seen {
  readonly schemaVersion: number;
  readonly content: JsonObject;
}

/**
 * Where in a document that was sent the author finds what stands at a place of one of its views: blocks by their `_id`,
 * fields by where the rungs in between say that they come from. Empty for what he did not send.
 * @param type page type
 */
export function placesInSent(
  ladder: Ladder,
  type: string,
  view: Seen,
  sent: Seen,
  pointer: string,
): readonly string[] {
  const { block, path } = innermostBlock(view.content, parsePointer(pointer) ?? []);
  const home = block ? pathTo(sent.content, blockId(block) ?? '') : [];
  if (!home) return [];
  const object = block ?? view.content;
  const indices: (string | number)[] = [];
  const pattern = path.map((token, depth) => {
    if (!isArray(valueAt(object, path.slice(0, depth)))) return token;
    indices.push(token);
    return '*';
  });
  const start = { paths: [pattern], type: blockType(block) ?? type };
  return tracked(ladder, start, view.schemaVersion, sent.schemaVersion).map((there) =>
    printPointer([...home, ...withIndices(there, indices)]),
  );
}

interface Track {
  readonly paths: readonly Path[];
  readonly type: string;
}

/** Follows fields of a type rung by rung. */
function tracked({ versions }: Ladder, start: Track, from: number, to: number): readonly Path[] {
  let { paths, type } = start;
  for (let version = from; version > to; version--) {
    const rung = versions[version - 1]?.rung;
    type = rung?.down.get(type)?.becomes[0] ?? type;
    const fields = rung?.fields.get(type);
    if (fields) paths = paths.flatMap((path) => reachDown(fields, path));
  }
  for (let version = from; version < to; version++) {
    const rung = versions[version]?.rung;
    const fields = rung?.fields.get(type);
    if (fields) paths = paths.flatMap((path) => reachUp(fields, path));
    type = rung?.up.get(type)?.becomes[0] ?? type;
  }
  return paths;
}

/** The last block on the way to a place, if there is one, and the rest of the way. */
function innermostBlock(
  content: JsonObject,
  path: Path,
): { readonly block: JsonObject | undefined; readonly path: Path } {
  for (let depth = path.length; depth > 0; depth--) {
    const value = valueAt(content, path.slice(0, depth));
    if (isObject(value) && blockType(value) !== undefined && blockId(value) !== undefined)
      return { block: value, path: path.slice(depth) };
  }
  return { block: undefined, path };
}

function valueAt(value: JsonValue | undefined, path: Path): JsonValue | undefined {
  let found = value;
  for (const token of path) {
    if (isArray(found)) found = found[Number(token)];
    else found = isObject(found) ? member(found, token) : undefined;
  }
  return found;
}

/** The way to the object with this `_id`. */
function pathTo(value: JsonValue, id: string): readonly (string | number)[] | undefined {
  if (isObject(value) && blockId(value) === id) return [];
  const entries: Iterable<[string | number, JsonValue]> = isArray(value)
    ? value.entries()
    : isObject(value)
      ? Object.entries(value)
      : [];
  for (const [token, child] of entries) {
    const rest = pathTo(child, id);
    if (rest) return [token, ...rest];
  }
  return undefined;
}

/** Items keep their places in lists; a field that stands in more lists than before ends at the first of these. */
function withIndices(path: Path, indices: readonly (string | number)[]): readonly (string | number)[] {
  const left = [...indices];
  const placed: (string | number)[] = [];
  for (const token of path) {
    const index = token === '*' ? left.shift() : token;
    if (index === undefined) return placed;
    placed.push(index);
  }
  return placed;
}
