import type { JsonSchema } from '../json-schema.js';
import { copyJson, type JsonValue } from '../json/json.js';

import { checkNames, mistake } from './declaration.js';
import { drop, place } from './draft.js';
import { checkFree, withField } from './fields.js';
import { jsonFrom } from './foreign.js';
import { type Operation, plain } from './operation.js';
import { byName } from './tracks.js';

export interface AddOptions {
  /** What documents from below get; without it the field is absent in them. `null` is a default too. */
  readonly default?: JsonValue;
  /** Whether every document above has to have the field. */
  readonly required?: boolean;
}

/**
 * A new field. Older clients don't see it.
 * @throws Error when it is required and has no default
 */
export function add(name: string, schema: JsonSchema, options: AddOptions = {}): Operation {
  const label = `add('${name}')`;
  checkNames(label, [name]);
  const required = options.required ?? false;
  const value = 'default' in options ? jsonFrom(options.default, `${label}: the default`) : undefined;
  if (required && value === undefined) {
    throw mistake(label, '"required" needs a "default", which documents from below get: say one');
  }
  const track = byName(new Map([[name, null]]));
  return {
    summary: `adds \`${name}\``,
    bind: (before) => {
      checkFree(label, before, name);
      return {
        ...plain,
        after: withField(before, name, schema, required),
        up: (object) => {
          place(object, name, value === undefined ? undefined : copyJson(value));
        },
        down: (object) => {
          drop(object, name);
        },
        track: { up: track, down: track },
        hidden: { below: [], above: [[name]] },
      };
    },
  };
}
