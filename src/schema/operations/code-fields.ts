import type { JsonSchema } from '../json-schema.js';
import { type JsonObject, type JsonValue, member } from '../json/json.js';
import { type CodeFunctions, codeWays, type FieldsFunction } from './code-functions.js';
import { checkNames, pathsOf, quoted } from './declaration.js';
import { drop, place } from './draft.js';
import { keepPlacesOfFields } from '../merge/item-tokens.js';
import { checkFree, isRequired, knownField, withField, withoutField } from './fields.js';
import { fieldsFrom, frozenFields, lossesOf } from './foreign.js';
import { type Draft, type Operation, type Path, plain } from './operation.js';
import { byName } from './tracks.js';

export interface CodeFields extends CodeFunctions {
  /** Fields below: all that `up` gets and `down` may return. Those that are not written are no more above. */
  readonly reads: readonly string[];
  /** Fields above: all that `up` may return and `down` gets; or their schemas by name. */
  readonly writes: readonly string[] | Readonly<Record<string, JsonSchema>>;
}

/** An author's functions on the fields that they name. A field that they don't return is absent. */
export function codeOnFields(options: CodeFields): Operation {
  const { reads, writes } = options;
  const written = isList(writes) ? writes : Object.keys(writes);
  const label = `code('${written.join("', '")}')`;
  checkNames(label, [...reads, ...written]);
  const losses = lossesOf(options.lossy);
  return {
    summary: `computes ${quoted(written)} from ${quoted(reads)}`,
    bind: (before) => ({
      ...plain,
      ...codeWays(
        options,
        (up) => computing(up, reads, written, `${label}: "up"`),
        (down) => computing(down, written, reads, `${label}: "down"`),
      ),
      ...tracksOf(reads, written),
      after: schemaAfter(label, before, reads, written, isList(writes) ? {} : writes),
      hidden: {
        below: losses.up === null ? [] : pathsOf(reads),
        above: losses.down === null ? [] : pathsOf(written),
      },
      together: { below: groupOf(reads), above: groupOf(written) },
      isOpaque: true,
      losses,
    }),
  };
}

/** The result is there before anything is changed: a function that throws leaves the object as it was. */
function computing(
  compute: FieldsFunction,
  takes: readonly string[],
  gives: readonly string[],
  source: string,
): (object: Draft) => void {
  const allowed = new Set(gives);
  return (object) => {
    const result = fieldsFrom(compute(frozenFields(object, takes)), allowed, source);
    keepPlacesOfFields(fieldsOf(object, takes), result);
    for (const name of takes) drop(object, name);
    for (const name of gives) place(object, name, member(result, name));
  };
}

function fieldsOf(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(object, name)).map((name) => [name, object[name] as JsonValue]),
  );
}

function schemaAfter(
  label: string,
  before: JsonSchema,
  reads: readonly string[],
  written: readonly string[],
  schemas: Readonly<Record<string, JsonSchema>>,
): JsonSchema {
  const known = new Map(reads.map((name) => [name, knownField(label, before, name)]));
  const rest = reads.reduce(withoutField, before);
  return written.reduce((schema, name) => {
    checkFree(label, rest, name);
    const given = Object.hasOwn(schemas, name) ? schemas[name] : known.get(name);
    return withField(schema, name, given ?? {}, known.has(name) && isRequired(before, name));
  }, rest);
}

/** A field that is read and written is still itself; all that is written comes from all that is read. */
function tracksOf(reads: readonly string[], writes: readonly string[]) {
  const way = (from: readonly string[], to: readonly string[]) => {
    const others = [...from, ...to].filter((name) => !from.includes(name) || !to.includes(name));
    const track = byName(new Map(others.map((name) => [name, null])));
    const reach = (path: Path): readonly Path[] => {
      const [name] = path;
      if (name !== undefined && from.includes(name)) return pathsOf(to);
      return name !== undefined && to.includes(name) ? [] : [path];
    };
    return { track, reach };
  };
  const up = way(reads, writes);
  const down = way(writes, reads);
  return { track: { up: up.track, down: down.track }, reach: { up: up.reach, down: down.reach } };
}

function groupOf(names: readonly string[]): Path[][] {
  return names.length === 0 ? [] : [pathsOf(names)];
}

function isList(writes: CodeFields['writes']): writes is readonly string[] {
  return Array.isArray(writes);
}
