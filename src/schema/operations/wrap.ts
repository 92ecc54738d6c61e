import type { JsonSchema } from '../json-schema.js';
import { isArray, type JsonValue, member } from '../json/json.js';
import { checkNames, mistake } from './declaration.js';
import { drop, place } from './draft.js';
import { checkFree, isRequired, knownField, subSchema, withField, withoutField } from './fields.js';
import { allowsNull, orNull } from './fits.js';
import { type OnClear, type Operation, type Path, plain } from './operation.js';
import { flipped, type Ways } from './tracks.js';

export interface WrapOptions {
  /** The new name, where it is another. */
  readonly as?: string;
  /** What the list becomes when the single value is cleared by a client that sees nothing else of it. */
  readonly onClear?: OnClear;
}

/** A single value becomes a list, of which older clients see the first item. */
export function wrap(name: string, { as = name, onClear = 'shift' }: WrapOptions = {}): Operation {
  const label = `wrap('${name}')`;
  checkNames(label, [name, as]);
  return {
    summary: `makes a list${as === name ? '' : ` \`${as}\``} of \`${name}\``,
    bind: (before) => {
      const field = knownField(label, before, name);
      if (as !== name) checkFree(label, before, as);
      const required = isRequired(before, name);
      const list = {
        type: allowsNull(field) ? ['array', 'null'] : 'array',
        items: field,
        // Of an empty list older clients would see nothing, and they have to see something.
        ...(required && { minItems: 1 }),
      };
      const after = withField(withoutField(before, name), as, list, required);
      return { ...listing(name, as, onClear, undefined), after };
    },
  };
}

/** A list becomes a single value, its first item: {@link wrap} the other way round. */
export function head(name: string, { as = name, onClear = 'shift' }: WrapOptions = {}): Operation {
  const label = `head('${name}')`;
  checkNames(label, [name, as]);
  return {
    summary: `keeps the first of \`${name}\`${as === name ? '' : ` as \`${as}\``}`,
    bind: (before) => {
      const list = knownField(label, before, name);
      if (!mayBeList(list)) throw mistake(label, `"${name}" is no list: name one`);
      if (as !== name) checkFree(label, before, as);
      const items = subSchema(list['items']);
      const single = allowsNull(list) ? orNull(items) : items;
      const required = isRequired(before, name);
      const minItems = list['minItems'];
      const isNeverEmpty = required && typeof minItems === 'number' && minItems > 0 && !allowsNull(list);
      const after = withField(withoutField(before, name), as, single, isNeverEmpty);
      // Older clients have to see a list: where there is no value, the empty one.
      return { ...flipped(listing(as, name, onClear, required ? [] : undefined)), after };
    },
  };
}

function mayBeList({ type }: JsonSchema): boolean {
  return type === undefined || type === 'array' || (Array.isArray(type) && type.includes('array'));
}

/** From a single value below to a list above; `none` is what the list is for an absent value. */
function listing(single: string, list: string, onClear: OnClear, none: JsonValue | undefined): Ways {
  return {
    ...plain,
    up: (object) => {
      const value = member(object, single);
      if (single !== list) drop(object, single);
      if (value === undefined) place(object, list, isArray(none) ? [...none] : none);
      else place(object, list, value === null ? null : [value]);
    },
    down: (object) => {
      const value = member(object, list);
      if (single !== list) drop(object, list);
      place(object, single, isArray(value) ? value[0] : value);
    },
    track: {
      up: ([first, ...rest]) => {
        if (first === single) return rest.length === 0 ? [list] : [list, '*', ...rest];
        return kept(list, first, rest);
      },
      down: ([first, ...rest]) => {
        if (first === list) return [single, ...(rest[0] === '*' ? rest.slice(1) : rest)];
        return kept(single, first, rest);
      },
    },
    // An empty list looks absent from below, and what is no list looks like one.
    hidden: { below: [], above: [[list], [list, '*']] },
    heads: { below: [], above: [{ path: [list], onClear }] },
  };
}

/** A path that the change leaves alone, unless it is about what stood under the new name. */
function kept(taken: string, first: string | undefined, rest: Path): Path | null {
  if (first === undefined) return rest;
  return first === taken ? null : [first, ...rest];
}
