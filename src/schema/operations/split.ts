import type { JsonSchema } from '../json-schema.js';
import type { JsonValue } from '../json/json.js';
import { checkNames, checkSeveral, mistake, quoted } from './declaration.js';
import { checkFree, isRequired, knownField, withField, withoutField } from './fields.js';
import { lossesOf, type Lossy } from './foreign.js';
import type { Operation } from './operation.js';
import { cutting, parting, withoutStray } from './parts.js';
import type { Ways } from './tracks.js';

interface Parts {
  /** The parts in order, or their schemas by name. */
  readonly into: readonly string[] | Readonly<Record<string, JsonSchema>>;
  /**
   * Says that the parts of a required field are required: all of them, but with a separator only the first, since
   * where there is no separator there are no others.
   */
  readonly required?: boolean;
}

/** Cut at a separator. */
export interface SplitAt extends Parts {
  readonly at: string;
}

/** Taken apart by a function, put together by another: both pure, on frozen values, called for what is there. */
export interface SplitBy extends Parts {
  readonly up: (value: JsonValue) => Readonly<Record<string, JsonValue>>;
  readonly down: (parts: Readonly<Record<string, JsonValue>>) => JsonValue;
  readonly lossy?: Lossy;
}

/** One field becomes several, which an edit takes all or none of. */
export function split(name: string, options: SplitAt | SplitBy): Operation {
  const label = `split('${name}')`;
  const { into } = options;
  const parts = isList(into) ? into : Object.keys(into);
  checkNames(label, [name, ...parts]);
  checkSeveral(label, parts);
  if (parts.includes(name)) {
    throw mistake(
      label,
      `"${name}" can't be a part of itself: choose another name, and rename it afterwards`,
    );
  }
  const ways = waysOf(label, name, parts, options);
  return {
    summary: `splits \`${name}\` into ${quoted(parts)}`,
    bind: (before) => {
      const field = knownField(label, before, name);
      const isDeclaredRequired = options.required ?? false;
      if (isDeclaredRequired && !isRequired(before, name)) {
        throw mistake(label, `"${name}" is not required, so its parts can't be: leave out "required"`);
      }
      const after = parts.reduce(
        (schema, part, index) => {
          checkFree(label, before, part);
          const given = isList(into) ? undefined : into[part];
          const required = isDeclaredRequired && (index === 0 || !('at' in options));
          return withField(schema, part, given ?? ('at' in options ? { type: 'string' } : {}), required);
        },
        withoutField(before, name),
      );
      return { ...ways, down: 'at' in options ? withoutStray(ways.down, name, field) : ways.down, after };
    },
  };
}

function waysOf(label: string, name: string, parts: readonly string[], options: SplitAt | SplitBy): Ways {
  if (!('at' in options)) {
    const { up, down, lossy } = options;
    return parting(name, parts, { split: up, join: down }, label, lossesOf(lossy));
  }
  if (options.at === '') throw mistake(label, 'there is nothing to cut at: say a separator by "at"');
  return cutting(name, parts, options.at);
}

function isList(into: Parts['into']): into is readonly string[] {
  return Array.isArray(into);
}
