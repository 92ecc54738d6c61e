import type { JsonSchema } from '../json-schema.js';
import { isArray, isObject, type JsonValue, member } from '../json/json.js';
import { allOrNothing } from './all-or-nothing.js';
import { carried } from './carried.js';
import { checkNames, mistake } from './declaration.js';
import { isRequired, knownField, subSchema, withField } from './fields.js';
import type { BoundOperation, Draft, Operation, Path } from './operation.js';

/** Changes the object in a field. What is no object passes through. */
export function inObject(name: string, inner: Operation): Operation {
  return nested(`in('${name}')`, `in \`${name}\``, inner, {
    at: [name],
    keyword: null,
    objectsOf: (value) => [value],
  });
}

/** Changes each object in a list. Other items, and what is no list, pass through. */
export function inItems(name: string, inner: Operation): Operation {
  return nested(`each('${name}')`, `in each of \`${name}\``, inner, {
    at: [name, '*'],
    keyword: 'items',
    objectsOf: (value) => (isArray(value) ? value : []),
  });
}

/** Changes each object among the values of a dictionary, whose keys are content. */
export function inValues(name: string, inner: Operation): Operation {
  return nested(`eachValue('${name}')`, `in each value of \`${name}\``, inner, {
    at: [name, '*'],
    keyword: 'additionalProperties',
    objectsOf: (value) => (isObject(value) ? Object.values(value) : []),
  });
}

interface Site {
  /** Where the objects are that are changed. */
  readonly at: readonly [name: string, ...Path];
  /** The keyword of the field's schema that holds theirs; `null` when it is theirs. */
  readonly keyword: 'items' | 'additionalProperties' | null;
  /** Those of the objects that the field's value holds. */
  readonly objectsOf: (value: JsonValue) => readonly JsonValue[];
}

function nested(label: string, where: string, inner: Operation, site: Site): Operation {
  const [name] = site.at;
  checkNames(label, [name]);
  return {
    summary: `${where}: ${inner.summary}`,
    bind: (before) => {
      const field = knownField(label, before, name);
      const held = site.keyword === null ? field : subSchema(field[site.keyword]);
      if ('$ref' in field || '$ref' in held) {
        throw mistake(label, 'blocks are held here, not fields: change the types of the blocks instead');
      }
      const bound = bindInside(label, inner, held);
      // One of many may fail when others have changed.
      const protectedWay = bound.isOpaque ? allOrNothing : (way: (object: Draft) => void) => way;
      const after =
        site.keyword === null ? bound.after : withKeyAbove({ ...field, [site.keyword]: bound.after }, bound);
      return {
        ...carried(bound, site.at),
        after: withField(before, name, after, isRequired(before, name)),
        up: protectedWay(changing(name, site, bound.up)),
        down: protectedWay(changing(name, site, bound.down)),
      };
    },
  };
}

/** The field that tells items apart is called here as it is above; where it is no more, nothing tells them apart. */
function withKeyAbove(list: JsonSchema, { track }: BoundOperation): JsonSchema {
  const { 'x-key': key, ...rest } = list;
  if (typeof key !== 'string') return list;
  const [name, ...deeper] = track.up([key]) ?? [];
  return name === undefined || deeper.length > 0 ? rest : { ...rest, 'x-key': name };
}

function bindInside(label: string, inner: Operation, held: JsonSchema): BoundOperation {
  try {
    return inner.bind(held);
  } catch (cause) {
    throw new Error(`${label}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function changing(name: string, { objectsOf }: Site, way: (object: Draft) => void): (object: Draft) => void {
  return (object) => {
    const value = member(object, name);
    if (value === undefined) return;
    for (const inside of objectsOf(value)) if (isObject(inside)) way(inside);
  };
}
