import type { JsonSchema } from '../json-schema.js';
import { member, setMember } from '../json/json.js';
import { checkNames, mistake } from './declaration.js';
import { isRequired, knownField, subSchema, withField } from './fields.js';
import { fitting } from './fits.js';
import { type Limiting, loosened } from './limits.js';
import { type Operation, plain } from './operation.js';
import { inTableOr, readTable, type Table, valueChange, type ValueFunction } from './value-change.js';

export interface RelaxOptions {
  /**
   * What older clients see of a value that does not fit their limits: a table, whose key `otherwise` is for all values
   * that it doesn't name, or a function. A function is asked for every such value, a table only for those that can't
   * be cut or clamped.
   */
  readonly down?: Table | ValueFunction;
}

/**
 * A limit of a field is loosened. Older clients see longer texts and lists cut, greater numbers clamped, and of other
 * values what `down` says. `bind` throws where only the author can know.
 */
export function relax(name: string, schema: JsonSchema, { down }: RelaxOptions = {}): Operation {
  const label = `relax('${name}')`;
  checkNames(label, [name]);
  const author = typeof down === 'object' ? readTable(down, `${label}: "down"`) : down;
  return {
    summary: `loosens the limits of \`${name}\``,
    bind: (before) => {
      const field = knownField(label, before, name);
      const looser = withReferencesOf(field, schema);
      const { limits, others, narrowed } = loosened(field, looser);
      if (narrowed.length > 0) {
        throw mistake(label, `${narrowed.join(', ')} would be narrower than before: use convert instead`);
      }
      if (author === undefined && others.length > 0) {
        throw mistake(
          label,
          `say what older clients see: ${others.join(', ')} can't be cut or clamped to, so it takes "down", ` +
            'a table, a function or { otherwise: value }',
        );
      }
      const bring = author === undefined ? limitedBy(limits) : fitted(label, field, limits, author);
      return {
        ...plain,
        after: withField(before, name, looser, isRequired(before, name)),
        up: () => undefined,
        down: (object) => {
          const value = member(object, name);
          if (value === undefined) return;
          const brought = bring(value);
          if (brought !== value) setMember(object, name, brought);
        },
        isIdle: { up: true, down: author === undefined && limits.length === 0 },
        hidden: { below: [], above: limits.length + others.length === 0 ? [] : [[name]] },
        isOpaque: typeof author === 'function',
      };
    },
  };
}

function limitedBy(limits: readonly Limiting[]): Limiting {
  return (value) => limits.reduce((limited, limit) => limit(limited), value);
}

function fitted(
  label: string,
  field: JsonSchema,
  limits: readonly Limiting[],
  author: ReturnType<typeof readTable> | ValueFunction,
): Limiting {
  const fits = fitting(field);
  if (typeof author === 'function') {
    const change = valueChange(author, `${label}: "down"`);
    return (value) => (fits(value) ? value : change(value));
  }
  const limited = limitedBy(limits);
  return (value) => {
    const cut = limited(value);
    return fits(cut) ? cut : inTableOr(author, cut, inTableOr(author, 'otherwise', cut));
  };
}

/** A limit says nothing of what an id is of: that stays, unless the looser schema says it anew. */
function withReferencesOf(before: JsonSchema, after: JsonSchema): JsonSchema {
  const kept = { ...after };
  if (before['x-reference'] !== undefined && !('x-reference' in after))
    kept['x-reference'] = before['x-reference'];
  for (const keyword of ['items', 'additionalProperties']) {
    if (isSchema(before[keyword]) && isSchema(after[keyword]))
      kept[keyword] = withReferencesOf(before[keyword], after[keyword]);
  }
  const properties = subSchema(before['properties']);
  const inner = Object.entries(subSchema(after['properties'])).map(([name, field]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return [name, isSchema(known) && isSchema(field) ? withReferencesOf(known, field) : field] as const;
  });
  return inner.length === 0 ? kept : { ...kept, properties: Object.fromEntries(inner) };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
