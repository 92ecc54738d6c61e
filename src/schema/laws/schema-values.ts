import fc from 'fast-check';
import type { ContentTypes } from '../content-types.js';
import type { JsonSchema } from '../json-schema.js';
import { setMember, type JsonObject, type JsonValue } from '../json/json.js';
import { alternatives } from './alternatives.js';
import { anyCharacter } from './any-character.js';
import { localReference } from '../local-reference.js';
import { numbersOf, stringsOf, typesOf } from './scalars.js';
import type { Texts } from './texts.js';

type Values = fc.Arbitrary<JsonValue>;

/** Blocks stand in blocks this many times at most. */
const levelLimit = 3;

/**
 * JSON values that fit the JSON Schemas of one schema version: by construction as far as its keywords can be followed;
 * what can't be is left to the check of the whole. Objects get fields that their schema doesn't know now and then.
 */
export class SchemaValues {
  private readonly slots: Values[] = [];

  /** @param strangers names for unknown fields */
  constructor(
    private readonly types: ContentTypes,
    private readonly strangers: readonly string[],
    private readonly texts: Texts,
  ) {}

  /** Documents of a page type. Each block has an `_id`, which is empty. @throws Error for a type that is unknown */
  page(type: string): fc.Arbitrary<JsonObject> {
    const schema = this.types.pages.get(type);
    if (!schema) throw new Error(`there is no page type "${type}"`);
    return this.valuesOf(schema, schema, levelLimit) as fc.Arbitrary<JsonObject>; // page types are objects
  }

  private valuesOf(schema: JsonSchema, root: JsonSchema, levels: number): Values {
    const reference = schema['$ref'];
    if (reference === 'block') return this.block(levels);
    if (reference === 'blocks') return this.blocks(levels, schema);
    if (typeof reference === 'string')
      return this.valuesOf(localReference(root, reference), root, levels - 1);
    const branches = alternatives(schema);
    if (branches.length > 1)
      return fc.oneof(...branches.map((branch) => this.valuesOf(branch, root, levels)));
    const [only = schema] = branches;
    if (Array.isArray(only['enum'])) return fc.constantFrom(...(only['enum'] as JsonValue[]));
    if (Object.hasOwn(only, 'const')) return fc.constant(only['const'] as JsonValue);
    return fc.oneof(...typesOf(only).map((type) => this.ofType(type, only, root, levels)));
  }

  private ofType(type: string, schema: JsonSchema, root: JsonSchema, levels: number): Values {
    switch (type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
      case 'number':
        return numbersOf(schema, type === 'integer');
      case 'string':
        return stringsOf(schema, this.texts);
      case 'array':
        return this.lists(schema, root, levels);
      default:
        return this.objects(schema, root, levels, []);
    }
  }

  private lists(schema: JsonSchema, root: JsonSchema, levels: number): Values {
    const minLength = Number(schema['minItems'] ?? 0);
    const most = Number(schema['maxItems'] ?? Number.POSITIVE_INFINITY);
    const { items } = schema;
    if (Array.isArray(items)) {
      return fc.tuple(...(items as JsonSchema[]).map((item) => this.valuesOf(item, root, levels)));
    }
    if (levels < 0 && minLength === 0) return fc.constant([]);
    const item = isSchema(items) ? this.valuesOf(items, root, levels - 1) : scalars;
    const bounds = { minLength, maxLength: Math.min(most, minLength + 4) };
    const key = schema['x-key'];
    const short =
      schema['uniqueItems'] === true || typeof key === 'string'
        ? fc.uniqueArray(item, { ...bounds, selector: (value) => identityOf(value, key) })
        : fc.array(item, bounds);
    // A list as long as it may be: what a loosened limit lets through is beyond the limit that was.
    if (schema['uniqueItems'] === true || most > longList || most <= bounds.maxLength) return short;
    const long = fc.array(item, { minLength: most, maxLength: most });
    return fc.oneof({ weight: 4, arbitrary: short }, { weight: 1, arbitrary: long });
  }

  private objects(
    schema: JsonSchema,
    root: JsonSchema,
    levels: number,
    fixed: readonly (readonly [string, Values])[],
  ): fc.Arbitrary<JsonObject> {
    const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
    const required = (schema['required'] ?? []) as readonly string[];
    const isFixed = (name: string): boolean => fixed.some(([fixedName]) => fixedName === name);
    const members = Object.keys(properties)
      .filter((name) => !isFixed(name) && (levels >= 0 || required.includes(name)))
      .map((name): readonly [string, fc.Arbitrary<JsonValue | undefined>] => {
        const values = this.valuesOf(properties[name] as JsonSchema, root, levels);
        return [name, required.includes(name) ? values : fc.option(values, { nil: undefined, freq: 3 })];
      });
    const unlisted = required
      .filter((name) => !Object.hasOwn(properties, name) && !isFixed(name))
      .map((name): readonly [string, Values] => [name, scalars]);
    const named = [...fixed, ...members, ...unlisted];
    const others = this.others(schema, root, levels, new Set(named.map(([name]) => name)));
    return fc.tuple(fc.tuple(...named.map(([, values]) => values)), others).map(([values, more]) => {
      const object: Record<string, JsonValue> = {};
      for (const [index, [name]] of named.entries()) {
        const value = values[index];
        if (value !== undefined) setMember(object, name, value);
      }
      for (const [name, value] of more) setMember(object, name, value);
      return object;
    });
  }

  /** The entries of a dictionary, or fields that the schema says nothing of. */
  private others(
    schema: JsonSchema,
    root: JsonSchema,
    levels: number,
    known: ReadonlySet<string>,
  ): fc.Arbitrary<[string, JsonValue][]> {
    const { additionalProperties: more = true, minProperties = 0 } = schema;
    const entries = (names: fc.Arbitrary<string>, values: Values, minLength: number, maxLength: number) =>
      fc.uniqueArray(fc.tuple(names, values), { selector: ([name]) => name, minLength, maxLength });
    const patterns = Object.entries(
      (schema['patternProperties'] ?? {}) as Readonly<Record<string, JsonSchema>>,
    );
    const [pattern] = patterns;
    if (pattern) {
      const names = fc.stringMatching(new RegExp(pattern[0], 'u'));
      return entries(names, this.valuesOf(pattern[1], root, levels), Number(minProperties), 3);
    }
    if (isSchema(more)) {
      const names = fc.constantFrom(...entryNames.filter((name) => !known.has(name)));
      return entries(names, this.valuesOf(more, root, levels), Math.min(Number(minProperties), 4), 4);
    }
    const names = this.strangers.filter((name) => !known.has(name));
    if (more === false || names.length === 0) return fc.constant([]);
    const values = fc.oneof({ weight: 3, arbitrary: scalars }, { weight: 1, arbitrary: this.slot(levels) });
    return fc.oneof(
      { weight: 6, arbitrary: fc.constant<[string, JsonValue][]>([]) },
      { weight: 1, arbitrary: entries(fc.constantFrom(...names), values, 0, 2) },
    );
  }

  private blocks(levels: number, schema: JsonSchema): Values {
    const slot = this.slot(levels);
    const least = Number(schema['minItems'] ?? 0);
    return least === 0 || levels < 1 ? slot : slot.filter((list) => (list as JsonValue[]).length >= least);
  }

  /** Lists of blocks: long enough to reorder on the page, shorter further in. */
  private slot(levels: number): Values {
    if (levels < 1 || this.types.blocks.size === 0) return fc.constant([]);
    return (this.slots[levels] ??= fc.array(this.block(levels), { maxLength: 2 * levels - 1 }));
  }

  /** Every type as often as any other, so that rare ones occur. */
  private block(levels: number): Values {
    return fc.oneof(
      ...Array.from(this.types.blocks, ([type, schema]) =>
        this.objects(schema, schema, levels - 1, [
          ['_type', fc.constant(type)],
          ['_id', fc.constant('')],
        ]),
      ),
    );
  }
}

const longList = 40;
const entryNames = ['one', 'two', 'three', 'four', 'five', '__proto__'];

const scalars: Values = fc.oneof(
  fc.constantFrom<JsonValue>(null, true, 0, '', 'alpha', [], {}),
  fc.string({ unit: anyCharacter, maxLength: 4 }),
  fc.integer({ min: -9, max: 99 }),
);

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function identityOf(value: JsonValue, key: unknown): string {
  if (typeof key !== 'string' || typeof value !== 'object' || value === null) return JSON.stringify(value);
  return JSON.stringify((value as JsonObject)[key] ?? null);
}
