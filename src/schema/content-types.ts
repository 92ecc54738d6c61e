import { Ajv, type ValidateFunction } from 'ajv';
import { blockId, blockType, standInTypes } from './blocks.js';
import { faultOf, Faults, type Fault } from './faults.js';
import { addFormats, requireKnownFormat } from './formats.js';
import type { JsonSchema } from './json-schema.js';
import { isArray, isObject, member, type JsonObject, type JsonValue } from './json/json.js';
import { compareAsJson } from './operations/json-keywords.js';
import { withOwnKeys } from './own-keys.js';
import { requireKnownReference } from './reference-shapes.js';
import { childPointer, printPointer } from './json/pointer.js';
import { SoundSlots } from './sound-slots.js';
import { mapSchemas } from './subschemas.js';

/** The content types of one schema version, by name. Page types and block types never share a name. */
export interface ContentTypes {
  readonly pages: ReadonlyMap<string, JsonSchema>;
  readonly blocks: ReadonlyMap<string, JsonSchema>;
}

/** What is wrong with a document of that page type. What is `sound` of its blocks is not looked at again. */
export type ContentCheck = (type: string, content: JsonValue, sound?: SoundSlots) => Faults;

/**
 * Compiles the types of one schema version. The check never changes what it looks at: no defaults, no coercion,
 * nothing removed. Every block of a known type is checked, wherever it stands.
 * @throws Error for a JSON Schema that is none
 */
export function compileCheck(types: ContentTypes): ContentCheck {
  const [quick, thorough] = [ajvFor(types, false), ajvFor(types, true)];
  const compileAll = (schemas: ReadonlyMap<string, JsonSchema>): ReadonlyMap<string, Validator> =>
    new Map(Array.from(schemas, ([name, schema]) => [name, validatorOf(name, schema, quick, thorough)]));
  const pages = compileAll(types.pages);
  const blocks = compileAll(
    new Map(Array.from(types.blocks, ([name, schema]) => [name, inType(name, () => withOwnKeys(schema))])),
  );

  return (type, content, sound = new SoundSlots()) => {
    sound.useTypes(types.blocks);
    const faults = new Faults();
    const validate = pages.get(type);
    if (!validate) {
      const allowedValues = [...pages.keys()];
      const message = `is of type "${type}", which is none of ${allowedValues.join(', ')}`;
      faults.add({ pointer: '', keyword: 'pageType', params: { allowedValues }, message });
      return faults;
    }
    validate(content, [], faults);
    for (const key of isObject(content) ? Object.keys(content) : []) {
      const value = (content as JsonObject)[key] as JsonValue;
      if (sound.isKnown(value)) continue;
      const before = faults.found.length;
      checkBlocks(blocks, value, [key], faults);
      if (faults.found.length === before && !faults.more) sound.add(value);
    }
    return faults;
  };
}

/** What stands in a slot for blocks of these types; each block's own schema is looked at apart from this. */
function blockSlot(types: Iterable<string>): JsonSchema {
  return {
    type: 'object',
    required: ['_type', '_id'],
    properties: {
      _id: { type: 'string', minLength: 1 },
      _type: { type: 'string', enum: [...types, ...standInTypes] },
    },
  };
}

function ajvFor(types: ContentTypes, allErrors: boolean): Ajv {
  const ajv = new Ajv({
    allErrors,
    // A misspelt keyword is an error; what is merely unusual is the author's business.
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    ownProperties: true,
    verbose: true,
  });
  compareAsJson(ajv);
  addFormats(ajv);
  ajv.addKeyword({ keyword: 'x-key', schemaType: 'string' });
  ajv.addSchema(blockSlot(types.blocks.keys()), 'block');
  ajv.addSchema({ type: 'array', items: { $ref: 'block' } }, 'blocks');
  return ajv;
}

/** Adds the faults of a value, which stands at `path`. */
type Validator = (value: JsonValue, path: readonly (string | number)[], faults: Faults) => void;

/** Ajv finds one fault, or all, whose number has no bound: a value of more parts than these is told of one. */
const partLimit = 50_000;

/** Regular expressions run out of stack on strings of some megabytes. */
const tooLong = 'has a string that is too long to be compared with a pattern';

/** Only what does not fit has all its faults looked for. @throws Error that names the type */
function validatorOf(name: string, schema: JsonSchema, quick: Ajv, thorough: Ajv): Validator {
  const checked = checkedSchema(name, schema);
  const findFirst = inType(name, () => quick.compile(checked));
  let findAll: ValidateFunction | undefined;
  return (value, path, faults) => {
    try {
      if (findFirst(value)) return;
      const base = printPointer(path);
      const isLarge = partsOf(value, partLimit) === partLimit;
      const find = isLarge ? findFirst : (findAll ??= thorough.compile(checked));
      find(value);
      for (const error of find.errors ?? []) faults.add(faultOf(error, base));
      if (isLarge) faults.more = true;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      faults.add({ pointer: printPointer(path), keyword: 'pattern', params: {}, message: tooLong });
    }
  };
}

/** What of a schema content is checked by: two that are equal here let in the same. */
export function checkedBy(schema: JsonSchema): JsonSchema {
  return mapSchemas(schema, withoutNotes);
}

/** Notes for programs (`x-…`) mean nothing here; `x-key` is our own, and `x-reference`, which no content is checked by. */
function withoutNotes(part: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(part).filter(([keyword]) => !keyword.startsWith('x-') || keyword === 'x-key'),
  );
}

function checkedSchema(name: string, schema: JsonSchema): JsonSchema {
  return mapSchemas(schema, (part, pointer) => {
    inType(name, () => {
      requireKnownFormat(part['format'], pointer);
      requireKnownReference(part, pointer);
    });
    return withoutNotes(part);
  });
}

function inType<T>(name: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new Error(`type "${name}": ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** How many values a value is made of, itself included; no more than `most`, at which counting ends. */
function partsOf(value: JsonValue, most: number): number {
  let parts = 1;
  if (typeof value !== 'object' || value === null) return parts;
  for (const child of Object.values<JsonValue>(value as JsonObject)) {
    if (parts >= most) return most;
    parts += partsOf(child, most - parts);
  }
  return Math.min(parts, most);
}

/** @param path to the value, which is changed on the way: a pointer for each of millions of places would take seconds */
function checkBlocks(
  validators: ReadonlyMap<string, Validator>,
  value: JsonValue,
  path: (string | number)[],
  faults: Faults,
): void {
  if (typeof value !== 'object' || value === null || faults.isOver) return;
  if (isArray(value)) {
    for (const [index, item] of value.entries()) {
      path.push(index);
      checkBlocks(validators, item, path, faults);
      path.pop();
    }
    return;
  }
  const type = blockType(value);
  const validate = type === undefined ? undefined : validators.get(type);
  if (validate) {
    if (blockId(value) === undefined) faults.add(faultOfId(value, printPointer(path)));
    validate(value, path, faults);
  }
  for (const key of Object.keys(value)) {
    path.push(key);
    checkBlocks(validators, value[key] as JsonValue, path, faults);
    path.pop();
  }
}

/** Of a block whose `_id` is missing, or is no string. */
function faultOfId(block: JsonObject, pointer: string): Fault {
  const place = { pointer: childPointer(pointer, '_id') };
  return member(block, '_id') === undefined
    ? {
        ...place,
        keyword: 'required',
        params: { missingProperty: '_id' },
        message: "must have required property '_id'",
      }
    : { ...place, keyword: 'type', params: { type: 'string' }, message: 'must be string' };
}
