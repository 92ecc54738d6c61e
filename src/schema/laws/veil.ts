import { blockType, isStandIn } from '../blocks.js';
import { isArray, isObject, setMember, type JsonObject, type JsonValue } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import type { Path } from '../operations/operation.js';
import { foreignNames } from './field-names.js';
import { hiddenOnTheWay, type HiddenByType } from './hidden.js';

/** What of documents at one schema version need not come back from another. */
export interface Veil {
  readonly hidden: HiddenByType;
  /** Unknown fields whose names mean something elsewhere: they do not get through. */
  readonly strangers: ReadonlySet<string>;
}

const known = new WeakMap<Ladder, Map<string, Veil>>();

export function veilBetween(ladder: Ladder, from: number, to: number): Veil {
  const veils = known.get(ladder) ?? new Map<string, Veil>();
  known.set(ladder, veils);
  const key = `${from}>${to}`;
  const veil = veils.get(key) ?? {
    hidden: hiddenOnTheWay(ladder, from, to),
    strangers: foreignNames(ladder, from),
  };
  veils.set(key, veil);
  return veil;
}

/**
 * A document without what lies under a veil: two that differ nowhere else look alike. Blocks that may go unseen are
 * taken out, and so is what stands in for them.
 */
export function unveiled(type: string, document: JsonObject, veil: Veil): JsonObject {
  return objectLeft(document, pathsOf(type, veil), veil);
}

function objectLeft(object: JsonObject, paths: readonly Path[], veil: Veil): JsonObject {
  const left: Record<string, JsonValue> = {};
  // All of it: a function on the whole object that says that it loses something.
  if (paths.some((path) => path.length === 0)) return left;
  for (const key of Object.keys(object)) {
    const inside = pathsInside(paths, key);
    const value = object[key] as JsonValue;
    if (veil.strangers.has(key) || inside.some((path) => path.length === 0) || isUnseen(value, veil))
      continue;
    setMember(left, key, valueLeft(value, inside, veil));
  }
  return left;
}

function valueLeft(value: JsonValue, paths: readonly Path[], veil: Veil): JsonValue {
  if (isArray(value)) {
    const inside = pathsInside(paths, '*');
    if (inside.some((path) => path.length === 0)) return [];
    return value.filter((item) => !isUnseen(item, veil)).map((item) => valueLeft(item, inside, veil));
  }
  if (!isObject(value)) return value;
  const type = blockType(value);
  // A block may stand in a list whose items an operation changes.
  return objectLeft(value, type === undefined ? paths : [...paths, ...pathsOf(type, veil)], veil);
}

function pathsOf(type: string, { hidden }: Veil): readonly Path[] {
  const { paths = [], strangers = [] } = hidden.get(type) ?? {};
  return [...paths, ...strangers];
}

function isUnseen(value: JsonValue, { hidden }: Veil): boolean {
  const type = blockType(value);
  return type !== undefined && (isStandIn(value) || (hidden.get(type)?.isGone ?? false));
}

/** `*` stands for any item of a list, and any value of a dictionary. */
function pathsInside(paths: readonly Path[], key: string): readonly Path[] {
  return paths.filter(([name]) => name === key || name === '*').map((path) => path.slice(1));
}
