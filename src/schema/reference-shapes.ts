import type { JsonSchema } from './json-schema.js';
import { localReference } from './local-reference.js';

/** What the id in a field may be of, or that a field is Markdown with links: `x-reference` in its JSON Schema. */
export const referenceKinds = ['asset', 'page', 'markdown'] as const;

export type ReferenceKind = (typeof referenceKinds)[number];

/** @throws Error for an `x-reference` that says nothing, or stands where no id can */
export function requireKnownReference(schema: JsonSchema, pointer: string): void {
  const { 'x-reference': kind, type } = schema;
  if (kind === undefined) return;
  const allowed = referenceKinds.map((name) => `"${name}"`).join(', ');
  if (!referenceKinds.some((known) => known === kind)) {
    throw new Error(
      `the x-reference at ${pointer} is ${JSON.stringify(kind)}: it has to be one of ${allowed}`,
    );
  }
  const types = type === undefined || Array.isArray(type) ? (type as readonly unknown[] | undefined) : [type];
  if (types?.includes('string') !== false) return;
  throw new Error(
    `the x-reference at ${pointer} is of no string: put it where the id or the text itself is, in a list at its "items"`,
  );
}

/** What a part of a JSON Schema says of references in a value. */
export interface Shape {
  /** What a string here refers to. */
  readonly kind: ReferenceKind | undefined;
  /** What is said of an item. */
  at(index: number): readonly (readonly Shape[])[];
  /** What is said of a member. */
  of(key: string): readonly (readonly Shape[])[];
}

export interface ReferenceShapes {
  /** All that is said of the value as a whole; none where there can't be a reference. */
  readonly shapes: readonly Shape[];
  /** Whether blocks may stand in it. */
  readonly hasSlots: boolean;
}

/** @param root the schema of a type: what is in it may refer to its parts */
export function referenceShapes(root: JsonSchema): ReferenceShapes {
  const all = new Map<JsonSchema, Part>();
  const partOf = (schema: JsonSchema): Part => {
    const known = all.get(schema);
    if (known) return known;
    const part = new Part();
    all.set(schema, part); // before what is inside: it may refer to this
    part.fill(schema, root, partOf);
    return part;
  };
  const top = partOf(root);
  const parts = [...all.values()];
  for (let isMore = true; isMore;) {
    isMore = false;
    for (const part of parts) isMore = part.learn() || isMore;
  }
  return { shapes: top.leading, hasSlots: parts.some(({ isSlot }) => isSlot) };
}

const none: readonly (readonly Shape[])[] = [];

/** Keywords that say more of the very value. */
const alternatives = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else'];
/** The same where there is a member of some name. */
const dependent = ['dependentSchemas', 'dependencies'];

class Part implements Shape {
  kind: ReferenceKind | undefined;
  /** Blocks stand here. */
  isSlot = false;
  private leads = false;
  private readonly same: Part[] = [];
  private readonly fields = new Map<string, Part>();
  private patterns: readonly (readonly [RegExp, Part])[] = [];
  private others: Part | undefined;
  private heads: readonly Part[] = [];
  private items: Part | undefined;
  private closure: readonly Part[] | undefined;

  fill(schema: JsonSchema, root: JsonSchema, partOf: (schema: JsonSchema) => Part): void {
    const part = (value: unknown): Part | undefined => (isSchema(value) ? partOf(value) : undefined);
    const parts = (value: unknown): readonly Part[] =>
      (Array.isArray(value) ? (value as readonly unknown[]) : []).map((one) => part(one) ?? new Part());
    const named = (value: unknown): readonly (readonly [string, Part])[] =>
      Object.entries(isSchema(value) ? value : {}).flatMap(([name, one]) => {
        const found = part(one);
        return found ? [[name, found] as const] : [];
      });
    const { $ref, items, prefixItems } = schema;
    this.kind = referenceKinds.find((kind) => kind === schema['x-reference']);
    this.isSlot = $ref === 'block' || $ref === 'blocks';
    const referred = typeof $ref === 'string' && !this.isSlot ? localSchema(root, $ref) : undefined;
    const others = [referred, ...alternatives.map((keyword) => schema[keyword])].flat();
    for (const one of others) this.same.push(...named({ one }).map(([, found]) => found));
    for (const keyword of dependent) this.same.push(...named(schema[keyword]).map(([, found]) => found));
    for (const [name, one] of named(schema['properties'])) this.fields.set(name, one);
    this.patterns = named(schema['patternProperties']).map(([text, one]) => [new RegExp(text, 'u'), one]);
    this.others = part(schema['additionalProperties']);
    const isTuple = Array.isArray(items);
    this.heads = isTuple ? parts(items) : parts(prefixItems);
    this.items = isTuple ? part(schema['additionalItems']) : part(items);
  }

  /** Whether something is known now that wasn't: that a reference is at the end of some way from here. */
  learn(): boolean {
    if (this.leads) return false;
    const inner = [...this.same, ...this.fields.values(), ...this.patterns.map(([, part]) => part)];
    const last = [this.others, this.items].filter((part) => part !== undefined);
    this.leads = this.kind !== undefined || [...inner, ...this.heads, ...last].some(({ leads }) => leads);
    return this.leads;
  }

  /** It, and all that says more of the same value, as far as that leads to a reference. */
  get leading(): readonly Part[] {
    if (this.closure) return this.closure;
    const seen = new Set<Part>([this]);
    for (const part of seen) for (const same of part.same) seen.add(same);
    this.closure = [...seen].filter(({ leads }) => leads);
    return this.closure;
  }

  at(index: number): readonly (readonly Shape[])[] {
    const part = this.heads[index] ?? this.items;
    return part?.leads ? [part.leading] : none;
  }

  of(key: string): readonly (readonly Shape[])[] {
    const field = this.fields.get(key);
    if (this.patterns.length === 0) {
      const part = field ?? this.others;
      return part?.leads ? [part.leading] : none;
    }
    const matching = this.patterns.flatMap(([pattern, part]) => (pattern.test(key) ? [part] : []));
    const parts = field ? [field, ...matching] : matching;
    const said = parts.length === 0 && this.others ? [this.others] : parts;
    return said.filter(({ leads }) => leads).map(({ leading }) => leading);
  }
}

/** Undefined where it leads out of the type: nothing is known of that. */
function localSchema(root: JsonSchema, reference: string): JsonSchema | undefined {
  try {
    return localReference(root, reference);
  } catch {
    return undefined;
  }
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
