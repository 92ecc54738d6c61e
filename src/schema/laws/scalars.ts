import fc from 'fast-check';
import type { JsonSchema } from '../json-schema.js';
import type { JsonValue } from '../json.js';
import { formatExamples } from './format-examples.js';

/** The JSON types that a schema lets through; where it names none, those that its keywords speak of. */
export function typesOf(schema: JsonSchema): readonly string[] {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type as readonly string[];
  const spokenOf = keywords.filter(([, names]) => names.some((name) => Object.hasOwn(schema, name)));
  return spokenOf.length > 0
    ? spokenOf.map(([name]) => name)
    : ['null', 'boolean', 'integer', 'string', 'array', 'object'];
}

const keywords: readonly (readonly [type: string, keywords: readonly string[]])[] = [
  [
    'object',
    ['properties', 'required', 'additionalProperties', 'patternProperties', 'minProperties', 'maxProperties'],
  ],
  ['array', ['items', 'minItems', 'maxItems', 'uniqueItems', 'contains', 'x-key']],
  ['string', ['minLength', 'maxLength', 'pattern', 'format']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
];

/** Numbers within the bounds of a schema, the bounds themselves among them. */
export function numbersOf(schema: JsonSchema, isInteger: boolean): fc.Arbitrary<number> {
  const step = Number(schema['multipleOf'] ?? (isInteger ? 1 : 0.5));
  const above = Number(schema['exclusiveMinimum'] ?? Number.NEGATIVE_INFINITY);
  const under = Number(schema['exclusiveMaximum'] ?? Number.POSITIVE_INFINITY);
  let low = Math.ceil(Math.max(Number(schema['minimum'] ?? Number.NEGATIVE_INFINITY), above) / step);
  let high = Math.floor(Math.min(Number(schema['maximum'] ?? Number.POSITIVE_INFINITY), under) / step);
  if (low * step <= above) low++;
  if (high * step >= under) high--;
  if (!Number.isFinite(low)) low = Math.min(-100, high - 100);
  if (!Number.isFinite(high)) high = Math.max(100, low + 100);
  const steps = fc.integer({ min: low, max: Math.max(low, high) }).map((count) => count * step + 0); // no -0
  if (isInteger || Object.hasOwn(schema, 'multipleOf')) return steps;
  const any = fc.double({
    min: low * step,
    max: Math.max(low, high) * step,
    noNaN: true,
    noDefaultInfinity: true,
  });
  return fc.oneof(
    steps,
    any.map((value) => value + 0),
  );
}

/** Strings within the lengths (in code points) and the pattern of a schema; few enough that equal ones occur. */
export function stringsOf(schema: JsonSchema): fc.Arbitrary<JsonValue> {
  const least = Number(schema['minLength'] ?? 0);
  const most = Number(schema['maxLength'] ?? Number.POSITIVE_INFINITY);
  const fits = (text: string): boolean => {
    const length = Array.from(text).length;
    return length >= least && length <= most;
  };
  const { pattern, format } = schema;
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern, 'u')).filter(fits);
  const examples = typeof format === 'string' ? (formatExamples[format] ?? []).filter(fits) : [];
  if (examples.length > 0) return fc.constantFrom(...examples);
  const lengths = { minLength: least, maxLength: Math.min(most, least + 6) };
  const kinds = [{ weight: 1, arbitrary: fc.string({ unit: 'binary', ...lengths }) }];
  for (const [weight, some] of [
    [3, words],
    [1, fragile],
  ] as const) {
    const fitting = some.filter(fits);
    if (fitting.length > 0) kinds.push({ weight, arbitrary: fc.constantFrom(...fitting) });
  }
  // As long as it may be: what a loosened limit lets through is beyond the limit that was.
  if (most <= longText) {
    kinds.push({ weight: 1, arbitrary: fc.constantFrom('x'.repeat(most), '\u{1F332}'.repeat(most)) });
  }
  return fc.oneof(...kinds);
}

const longText = 2_000;
const words = [
  '',
  'a',
  'b',
  'alpha',
  'alpha beta',
  ' ',
  ' x',
  'x ',
  'one  two three',
  '0',
  '1',
  'null',
  'true',
];
/** What careless functions change without meaning to. */
const fragile = [
  '', // what a counterexample shrinks to
  'e\u0301',
  'one\r\ntwo',
  'a &amp; b',
  '2024-02-29',
  '2024-02-29T23:30:00+02:00',
  'a sentence of 21 char',
  'x'.repeat(81),
  'The reading room on the second floor is closed in August, and so is the garden. '.repeat(4),
];
