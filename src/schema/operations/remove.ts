import { copyJson, type JsonValue } from '../json/json.js';

import { checkNames, mistake } from './declaration.js';
import { drop, place } from './draft.js';
import { isRequired, knownField, withoutField } from './fields.js';
import { jsonFrom } from './foreign.js';
import { type Operation, plain } from './operation.js';
import { byName } from './tracks.js';

export interface RemoveOptions {
  /** What older clients see in documents made above; without it the field is absent there. */
  readonly default?: JsonValue;
}

/**
 * A field that is no more. Older clients still have it.
 * `bind` throws when documents below have to have the field and there is no default.
 */
export function remove(name: string, options: RemoveOptions = {}): Operation {
  const label = `remove('${name}')`;
  checkNames(label, [name]);
  const value = 'default' in options ? jsonFrom(options.default, `${label}: the default`) : undefined;
  const track = byName(new Map([[name, null]]));
  return {
    summary: `removes \`${name}\``,
    bind: (before) => {
      knownField(label, before, name);
      if (value === undefined && isRequired(before, name)) {
        throw mistake(label, `"${name}" is required below: say by "default" what older clients see`);
      }
      return {
        ...plain,
        after: withoutField(before, name),
        up: (object) => {
          drop(object, name);
        },
        down: (object) => {
          place(object, name, value === undefined ? undefined : copyJson(value));
        },
        track: { up: track, down: track },
        hidden: { below: [[name]], above: [] },
      };
    },
  };
}
