import type { JsonSchema } from '../json-schema.js';
import { type JsonValue, member, sameJson, setMember } from '../json/json.js';
import { checkNames } from './declaration.js';
import { isRequired, knownField, withField } from './fields.js';
import { fitting } from './fits.js';
import { lossesOf, type Lossy } from './foreign.js';
import { convertedSchema } from './converted-schema.js';
import { type Draft, type Operation, type Path, plain } from './operation.js';
import {
  type ReadTable,
  readTable,
  type Table,
  valueChange,
  type ValueFunction,
  valuesWritten,
} from './value-change.js';

export interface ConvertOptions {
  readonly up: Table | ValueFunction;
  readonly down: Table | ValueFunction;
  /** Schema of the field above, where it can't be worked out from the tables. */
  readonly schema?: JsonSchema;
  readonly lossy?: Lossy;
}

/**
 * Other values for a field, by tables or by functions. What a table doesn't name passes through, `null` too unless it
 * has a key `null`. A field that is absent stays absent. What two tables lose is worked out; what functions lose, the
 * author says.
 */
export function convert(name: string, { up, down, schema, lossy }: ConvertOptions): Operation {
  const label = `convert('${name}')`;
  checkNames(label, [name]);
  const there = typeof up === 'function' ? up : readTable(up, `${label}: "up"`);
  const back = typeof down === 'function' ? down : readTable(down, `${label}: "down"`);
  const changeUp = valueChange(there, `${label}: "up"`);
  const changeDown = valueChange(back, `${label}: "down"`);
  const losses = lossesOf(lossy);
  return {
    summary: `converts \`${name}\``,
    bind: (before) => {
      const field = knownField(label, before, name);
      const after = schema ?? convertedSchema(field, there, back);
      const written = valuesOf(there, back);
      const hides = (
        from: JsonSchema,
        first: ValueFunction,
        second: ValueFunction,
        loss: string | null,
      ): Path[] =>
        loss !== null || (written !== null && losesAny(written, from, first, second)) ? [[name]] : [];
      return {
        ...plain,
        after: withField(before, name, after, isRequired(before, name)),
        up: changing(name, changeUp),
        down: changing(name, changeDown),
        hidden: {
          below: hides(field, changeUp, changeDown, losses.up),
          above: hides(after, changeDown, changeUp, losses.down),
        },
        isOpaque: typeof there === 'function' || typeof back === 'function',
        losses,
      };
    },
  };
}

function changing(name: string, change: ValueFunction): (object: Draft) => void {
  return (object) => {
    const value = member(object, name);
    if (value !== undefined) setMember(object, name, change(value));
  };
}

/** Every value that one of two tables names; all others pass both ways. `null` when functions decide. */
function valuesOf(there: ReadTable | ValueFunction, back: ReadTable | ValueFunction): JsonValue[] | null {
  if (typeof there === 'function' || typeof back === 'function') return null;
  return [...there.keys(), ...back.keys()].flatMap(valuesWritten);
}

/** Whether a value that the field may have is another one after there and back. */
function losesAny(
  values: readonly JsonValue[],
  schema: JsonSchema,
  there: ValueFunction,
  back: ValueFunction,
): boolean {
  const fits = fitting(schema);
  return values.some((value) => fits(value) && !sameJson(back(there(value)), value));
}
