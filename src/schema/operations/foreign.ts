import { documentLevelLimit } from '../json/check-document.js';
import { isObject, type JsonObject, type JsonValue, member, setMember } from '../json/json.js';
import { giveTokens, unknownItem } from '../merge/list-tokens.js';
import { frozenCopy, itemToken } from './frozen-copy.js';
import { shortened } from '../shortened.js';

/** What an author declares to be lost: a sentence for the way down, or one for each way that loses. */
export type Lossy = string | { readonly up?: string; readonly down?: string };

/** The two ways of a declared loss; a plain sentence is about the way down. */
export function lossesOf(lossy: Lossy | undefined): {
  readonly up: string | null;
  readonly down: string | null;
} {
  if (typeof lossy === 'string') return { up: null, down: lossy };
  return { up: lossy?.up ?? null, down: lossy?.down ?? null };
}

/** Those of the fields that are there, as a copy that an author's function may look at but not change. */
export function frozenFields(object: JsonObject, names: readonly string[]): JsonObject {
  const fields: Record<string, JsonValue> = {};
  for (const name of names) {
    const value = member(object, name);
    if (value !== undefined) setMember(fields, name, frozenCopy(value));
  }
  return Object.freeze(fields);
}

/**
 * A copy of what an author wrote or their function returned, which may be anything.
 * @param source what it comes from, for the error: `convert('tone'): "up"`
 * @throws Error when it is no JSON
 */
export function jsonFrom(value: unknown, source: string): JsonValue {
  return copyChecked(value, source, []);
}

/**
 * The fields that an author's function returned.
 * @throws Error when that is no plain JSON object, or has other fields than these
 */
export function fieldsFrom(value: unknown, names: ReadonlySet<string>, source: string): JsonObject {
  const fields = objectFrom(value, source);
  const other = Object.keys(fields).find((name) => !names.has(name));
  if (other === undefined) return fields;
  throw new Error(
    `${source} gave "${shortened(other, shownLimit)}", which it does not declare: expected ${[...names].join(', ')}`,
  );
}

/** Characters of what a function gave, in a sentence. */
const shownLimit = 200;

/** @throws Error when it is no plain JSON object */
export function objectFrom(value: unknown, source: string): JsonObject {
  const object = jsonFrom(value, source);
  if (isObject(object)) return object;
  throw new Error(
    `${source} gave ${Array.isArray(object) ? 'an array' : shortened(JSON.stringify(object), shownLimit)}: expected an object of fields`,
  );
}

function copyChecked(value: unknown, source: string, within: readonly object[]): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object')
    throw noJson(source, typeof value === 'number' ? String(value) : `a value of type ${typeof value}`);
  if (within.includes(value)) throw noJson(source, 'an object that contains itself');
  if (within.length >= documentLevelLimit) throw noJson(source, `more than ${documentLevelLimit} levels`);
  const inside = [...within, value];
  // `Array.from` visits the holes of a sparse array too.
  if (Array.isArray(value)) {
    const list = Array.from(value, (item: unknown) => copyChecked(item, source, inside));
    return giveTokens(list, tokensAmong(value));
  }
  if (!isPlain(value)) {
    // Whatever an async function fails on is told here and now: nobody waits for it, which would end the process.
    if (value instanceof Promise) value.catch(() => undefined);
    throw noJson(source, `a ${kindOf(value)}`);
  }
  const copy: Record<string, JsonValue> = {};
  for (const [key, child] of Object.entries(value) as [string, unknown][]) {
    // As `JSON.stringify` has it: `({ a }) => ({ b: a })` gives no `b` where there is no `a`.
    if (child !== undefined) setMember(copy, key, copyChecked(child, source, inside));
  }
  return copy;
}

/** Which items a function has taken over from a list that it was handed; the second of two that are one is new. */
function tokensAmong(items: readonly unknown[]): readonly number[] | undefined {
  const taken = new Set<number>();
  const tokens = Array.from(items, (item) => {
    const isMarked = typeof item === 'object' && item !== null && Object.hasOwn(item, itemToken);
    const token = isMarked ? Number((item as { readonly [itemToken]?: number })[itemToken]) : unknownItem;
    if (taken.has(token)) return unknownItem;
    if (token !== unknownItem) taken.add(token);
    return token;
  });
  return taken.size > 0 ? tokens : undefined;
}

/** Made by `{}`, in whatever realm, or without a prototype. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function noJson(source: string, found: string): Error {
  return new Error(`${source} gave ${found}, which is no JSON: expected a plain value, at once`);
}
