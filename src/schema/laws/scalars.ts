import fc from 'fast-check';
import type { JsonSchema } from '../json-schema.js';
import type { JsonValue } from '../json/json.js';
import { anyCharacter } from './any-character.js';
import { formatExamples } from './format-examples.js';
import { fragments, paragraph, wholes } from './real-texts.js';
import type { Texts } from './texts.js';

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
export function stringsOf(schema: JsonSchema, texts: Texts): fc.Arbitrary<JsonValue> {
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
  const kinds = [{ weight: 1, arbitrary: binary(least, Math.min(most, least + 6)) }];
  const add = (weight: number, arbitrary: fc.Arbitrary<string>): void =>
    void kinds.push({ weight, arbitrary });
  for (const [weight, some] of [
    [4, words],
    [2, ['', ...wholes]], // '' is what a counterexample shrinks to
    [2, texts.literals],
    [2, texts.stored],
  ] as const) {
    const fitting = some.filter(fits);
    if (fitting.length > 0) add(weight, fc.constantFrom(...fitting));
  }
  const cut = (text: string): string =>
    text.length <= most ? text : Array.from(text).slice(0, most).join('');
  const parts = fc.constantFrom('', ...fragments, ...texts.literals);
  add(
    2,
    fc
      .array(parts, { maxLength: 5 })
      .map((list) => cut(list.join(' ')))
      .filter(fits),
  );
  // Around all lengths that anybody could cut at, and as long as it may be: what a loosened limit lets through is beyond
  // the limit that was.
  const longest = Math.min(most, paragraph.length);
  if (longest >= least) {
    const lengths = [least, longest, ...texts.lengths].flatMap((length) => [length - 1, length, length + 1]);
    const inReach = lengths.filter((length) => length >= least && length <= longest && length <= longText);
    const any = fc.integer({ min: least, max: Math.max(least, Math.min(longest, usualText)) });
    const length = inReach.length > 0 ? fc.oneof(any, fc.constantFrom(...inReach)) : any;
    add(
      1,
      length.map((count) => paragraph.slice(0, count)),
    );
  }
  if (most <= longText) add(1, fc.constantFrom('x'.repeat(most), '\u{1F332}'.repeat(most)));
  return fc.oneof(...kinds);
}

const made = new Map<string, fc.Arbitrary<string>>();

/** Any characters; what makes them is costly to make itself. */
function binary(minLength: number, maxLength: number): fc.Arbitrary<string> {
  const key = `${minLength}-${maxLength}`;
  const known = made.get(key) ?? fc.string({ unit: anyCharacter, minLength, maxLength });
  made.set(key, known);
  return known;
}

const usualText = 300;
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
