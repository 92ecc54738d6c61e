import { commentLimit, wellFormed } from '../events/limits.js';

type Members = Readonly<Record<string, unknown>>;

/** Answers where a value is not as declared; `at` is its own name. */
export type Shape = (value: unknown, at: string) => string | undefined;

export const is =
  (test: (value: unknown) => boolean): Shape =>
  (value, at) =>
    test(value) ? undefined : at;

export const nullOr =
  (shape: Shape): Shape =>
  (value, at) =>
    value === null ? undefined : shape(value, at);

/** Well-formed, of at most so many characters. */
export const text = (limit: number, least = 0): Shape =>
  is((value) => isText(value) && value.length >= least && value.length <= limit && wellFormed.test(value));

export const matching = (pattern: RegExp): Shape => is((value) => isText(value) && pattern.test(value));

/** These members and no others; those of `optional` may be absent. */
export function members(
  needed: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  return (value, at) => {
    if (!isObject(value)) return at;
    const inside = at === '' ? '' : `${at}.`;
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(needed, name) && !Object.hasOwn(optional, name)) return `${inside}${name}`;
    }
    for (const [name, shape] of Object.entries(needed)) {
      const fault = shape(value[name], `${inside}${name}`);
      if (fault !== undefined) return fault;
    }
    for (const [name, shape] of Object.entries(optional)) {
      const fault = Object.hasOwn(value, name) ? shape(value[name], `${inside}${name}`) : undefined;
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

/** At most so many, each like that. */
export const listOf =
  (one: Shape, limit: number): Shape =>
  (value, at) =>
    Array.isArray(value) && value.length <= limit && value.every((item) => one(item, at) === undefined)
      ? undefined
      : at;

export const texts: Shape = (value, at) =>
  isObject(value) &&
  Object.entries(value).every(([key, one]) => wellFormed.test(key) && isText(one) && wellFormed.test(one))
    ? undefined
    : at;

export const whole = is((value) => Number.isSafeInteger(value) && (value as number) > 0);
export const absent = is((value) => value === undefined);
export const time = is(isTime);
export const uuid = matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const salt = matching(/^[0-9a-f]{32}$/);
export const hash = matching(/^[0-9a-f]{64}$/);
export const comment = text(commentLimit);

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As `Date.toISOString` writes it, of the years 0 to 9999. */
function isTime(value: unknown): boolean {
  if (!isText(value) || !/^\d{4}-/.test(value)) return false;
  const time = new Date(value);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value;
}
