import type { JsonSchema } from '../json-schema.js';
import { keepPlacesOfFields } from '../merge/item-tokens.js';
import { member, setMember, type JsonObject, type JsonValue } from '../json/json.js';
import { type CodeFunctions, codeWays, type FieldsFunction } from './code-functions.js';
import { frozenCopy } from './frozen-copy.js';
import { pathsOf } from './declaration.js';
import { drop, place } from './draft.js';
import { fieldNames } from './fields.js';
import { lossesOf, objectFrom } from './foreign.js';
import { type Draft, type Operation, type Path, plain } from './operation.js';

/** The whole object goes in and comes out, all but `_id` and `_type`, which stay as they are. */
export interface CodeWhole extends CodeFunctions {
  readonly reads?: undefined;
  readonly writes?: undefined;
  /** Schema of the object above, where it is another. */
  readonly schema?: JsonSchema;
}

/** An author's functions on the whole object. */
export function codeOnObject(options: CodeWhole): Operation {
  const losses = lossesOf(options.lossy);
  return {
    summary: 'computes the whole object',
    bind: (before) => {
      const after = options.schema ?? before;
      const [below, above] = [fieldNames(before), fieldNames(after)];
      return {
        ...plain,
        ...codeWays(
          options,
          (up) => computing(up, namesOnlyIn(above, below), 'code(): "up"'),
          (down) => computing(down, namesOnlyIn(below, above), 'code(): "down"'),
        ),
        after,
        // Any field may come from any other.
        track: { up: staying, down: staying },
        reach: { up: anywhere, down: anywhere },
        hidden: { below: losses.up === null ? [] : [[]], above: losses.down === null ? [] : [[]] },
        // Where nothing is lost, what others see beyond the writer's fields is none of the function's business.
        together: {
          below: losses.up === null ? [] : groupOf(before),
          above: losses.down === null ? [] : groupOf(after),
        },
        isOpaque: true,
        losses,
      };
    },
  };
}

/** @param strangers names that are fields on the other side only: what stands under them here is not taken for those */
function computing(
  compute: FieldsFunction,
  strangers: readonly string[],
  source: string,
): (object: Draft) => void {
  return (object) => {
    const known = strangers.length === 0 ? object : without(object, strangers);
    const result = objectFrom(compute(frozenCopy(known)), source);
    keepPlacesOfFields(object, result);
    for (const name of Object.keys(object)) if (isContent(name)) drop(object, name);
    for (const name of Object.keys(result)) if (isContent(name)) place(object, name, member(result, name));
  };
}

function without(object: JsonObject, names: readonly string[]): JsonObject {
  const left: Draft = {};
  for (const name of Object.keys(object))
    if (!names.includes(name)) setMember(left, name, object[name] as JsonValue);
  return left;
}

function namesOnlyIn(names: readonly string[], others: readonly string[]): readonly string[] {
  return names.filter((name) => isContent(name) && !others.includes(name));
}

function isContent(name: string): boolean {
  return name !== '_id' && name !== '_type';
}

function staying(path: Path): Path | null {
  const [name] = path;
  return name === undefined || !isContent(name) ? path : null;
}

function anywhere(path: Path): readonly Path[] {
  return staying(path) ? [path] : [[]];
}

function groupOf(schema: JsonSchema): Path[][] {
  const names = fieldNames(schema).filter(isContent);
  return names.length === 0 ? [] : [pathsOf(names)];
}
