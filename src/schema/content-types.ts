import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Refusal } from '../refusal.js';
import { blockId, blockType, standInTypes } from './blocks.js';
import type { JsonSchema } from './json-schema.js';
import { isArray, isObject, type JsonObject, type JsonValue } from './json.js';
import { compareAsJson } from './operations/json-keywords.js';
import { childPointer } from './pointer.js';

/** The content types of one schema version, by name. Page types and block types never share a name. */
export interface ContentTypes {
  readonly pages: ReadonlyMap<string, JsonSchema>;
  readonly blocks: ReadonlyMap<string, JsonSchema>;
}

/** What is wrong with a document, and where; `message` reads on from the pointer. */
export interface Fault {
  readonly pointer: string;
  readonly message: string;
}

/** The faults of a document of that page type, none if it fits. */
export type ContentCheck = (type: string, content: JsonValue) => readonly Fault[];

/** No more faults than these are told of one document. */
const mostFaults = 20;

/**
 * Compiles the types of one schema version. The check never changes what it looks at: no defaults, no coercion,
 * nothing removed. Every block of a known type is checked, wherever it stands.
 * @throws Error for a JSON Schema that is none
 */
export function compileCheck(types: ContentTypes): ContentCheck {
  const ajv = new Ajv({
    allErrors: true,
    // A misspelt keyword is an error; what is merely unusual is the author's business.
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    validateFormats: false,
    ownProperties: true,
    verbose: true,
  });
  compareAsJson(ajv);
  ajv.addKeyword({ keyword: 'x-key', schemaType: 'string' });
  ajv.addSchema(blockSlot(types.blocks.keys()), 'block');
  ajv.addSchema({ type: 'array', items: { $ref: 'block' } }, 'blocks');
  const compileAll = (schemas: ReadonlyMap<string, JsonSchema>): ReadonlyMap<string, ValidateFunction> =>
    new Map(Array.from(schemas, ([name, schema]) => [name, ajv.compile(schema)]));
  const pages = compileAll(types.pages);
  const blocks = compileAll(
    new Map(Array.from(types.blocks, ([name, schema]) => [name, withOurKeys(schema)])),
  );

  return (type, content) => {
    const validate = pages.get(type);
    if (!validate) {
      return [
        { pointer: '', message: `is of type "${type}", which is none of ${[...pages.keys()].join(', ')}` },
      ];
    }
    const faults = faultsOf(validate, content, '');
    for (const key of isObject(content) ? Object.keys(content) : []) {
      checkBlocks(blocks, (content as JsonObject)[key] as JsonValue, childPointer('', key), faults);
    }
    return faults.slice(0, mostFaults);
  };
}

/** @throws Refusal `content-invalid` with a pointer and a message for each fault (at most 20), if there are any */
export function requireNoFault(schemaVersion: number, errors: readonly Fault[]): void {
  const [first] = errors;
  if (!first) return;
  const where = first.pointer === '' ? 'the document' : first.pointer;
  throw new Refusal(
    'content-invalid',
    `the content does not fit schema version ${schemaVersion}: ${where} ${first.message}`,
    { schemaVersion, errors },
  );
}

/** What says which block it is, and of which type, is no field of a type: a closed one has it, too. */
function withOurKeys(schema: JsonSchema): JsonSchema {
  if (schema['additionalProperties'] !== false) return schema;
  return {
    ...schema,
    properties: { _id: {}, _type: {}, ...(schema['properties'] as JsonSchema | undefined) },
  };
}

/** What stands in a slot for blocks of these types; each block's own schema is looked at apart from this. */
export function blockSlot(types: Iterable<string>): JsonSchema {
  return {
    type: 'object',
    required: ['_type', '_id'],
    properties: {
      _id: { type: 'string', minLength: 1 },
      _type: { type: 'string', enum: [...types, ...standInTypes] },
    },
  };
}

function checkBlocks(
  validators: ReadonlyMap<string, ValidateFunction>,
  value: JsonValue,
  pointer: string,
  faults: Fault[],
): void {
  if (faults.length >= mostFaults) return;
  if (isArray(value)) {
    for (const [index, item] of value.entries())
      checkBlocks(validators, item, childPointer(pointer, index), faults);
  } else if (isObject(value)) {
    const type = blockType(value);
    const validate = type === undefined ? undefined : validators.get(type);
    if (validate) {
      if (blockId(value) === undefined)
        faults.push({ pointer, message: "must have required property '_id'" });
      faults.push(...faultsOf(validate, value, pointer));
    }
    for (const key of Object.keys(value)) {
      checkBlocks(validators, value[key] as JsonValue, childPointer(pointer, key), faults);
    }
  }
}

function faultsOf(validate: ValidateFunction, value: JsonValue, pointer: string): Fault[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => ({
    pointer: pointer + error.instancePath,
    message: messageOf(error),
  }));
}

/** The keywords that compare values are ours, so their sentences are, too. */
function messageOf({ keyword, message, params, schema }: ErrorObject): string {
  switch (keyword) {
    case 'enum':
      return `must be equal to one of the allowed values: ${(schema as unknown[]).map(print).join(', ')}`;
    case 'const':
      return `must be equal to ${print(schema)}`;
    case 'additionalProperties':
      return `must NOT have additional properties: "${String(params['additionalProperty'])}" is none of those declared`;
    case 'uniqueItems':
      return 'must NOT have duplicate items';
    default:
      return message ?? keyword;
  }
}

function print(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
