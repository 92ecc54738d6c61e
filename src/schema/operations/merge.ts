import type { JsonSchema } from '../json-schema.js';
import type { JsonValue } from '../json/json.js';
import { checkNames, checkSeveral, mistake, quoted } from './declaration.js';
import { checkFree, isRequired, knownField, withField, withoutField } from './fields.js';
import { lossesOf, type Lossy } from './foreign.js';
import type { Operation } from './operation.js';
import { cutting, parting, withoutStray } from './parts.js';
import { flipped, type Ways } from './tracks.js';

/** Joined by a separator, and cut at it for older clients. */
export interface MergeWith {
  readonly as: string;
  readonly with: string;
}

/** Put together by a function, taken apart by another: both pure, on frozen values, called for what is there. */
export interface MergeBy {
  readonly as: string;
  readonly up: (parts: Readonly<Record<string, JsonValue>>) => JsonValue;
  readonly down: (value: JsonValue) => Readonly<Record<string, JsonValue>>;
  readonly schema?: JsonSchema;
  readonly lossy?: Lossy;
}

/** Several fields become one: `split` the other way round. */
export function merge(names: readonly string[], options: MergeWith | MergeBy): Operation {
  const label = `merge('${names.join("', '")}')`;
  const { as } = options;
  checkNames(label, [...names, as]);
  checkSeveral(label, names);
  if (names.includes(as)) {
    throw mistake(label, `"${as}" can't be a part of itself: choose another name, and rename it afterwards`);
  }
  const ways = waysOf(label, names, options);
  return {
    summary: `merges ${quoted(names)} into \`${as}\``,
    bind: (before) => {
      for (const name of names) knownField(label, before, name);
      checkFree(label, before, as);
      const rest = names.reduce(withoutField, before);
      return {
        ...ways,
        ...('with' in options && { up: withoutStray(ways.up, as, schemaOf(options)) }),
        after: withField(rest, as, schemaOf(options), isAlwaysThere(label, before, names, options)),
      };
    },
  };
}

function schemaOf(options: MergeWith | MergeBy): JsonSchema {
  return 'with' in options ? { type: 'string' } : (options.schema ?? {});
}

/** Whether every document below has something to merge; of a text older clients need the first part. */
function isAlwaysThere(
  label: string,
  before: JsonSchema,
  names: readonly string[],
  options: MergeWith | MergeBy,
): boolean {
  if (!('with' in options)) return names.some((name) => isRequired(before, name));
  const [first = ''] = names;
  return isRequired(before, first) && knownField(label, before, first)['type'] === 'string';
}

function waysOf(label: string, names: readonly string[], options: MergeWith | MergeBy): Ways {
  if (!('with' in options)) {
    const { up, down, lossy } = options;
    const losses = lossesOf(lossy);
    const turned = { up: losses.down, down: losses.up };
    return flipped(parting(options.as, names, { split: down, join: up }, label, turned));
  }
  if (options.with === '')
    throw mistake(label, 'older clients need a place to cut: say a separator by "with"');
  return flipped(cutting(options.as, names, options.with));
}
