import type { JsonSchema } from '../json-schema.js';
import { type JsonValue, member } from '../json/json.js';
import { pathsOf } from './declaration.js';
import { drop, place, take } from './draft.js';
import { fieldsFrom, frozenFields, jsonFrom } from './foreign.js';
import { frozenCopy } from './frozen-copy.js';
import { fitting } from './fits.js';
import { type BoundOperation, type Draft, type Path, plain } from './operation.js';
import type { Ways } from './tracks.js';

/** One field below, its parts above, told apart by functions: one value to several fields, and back. */
export interface PartFunctions {
  readonly split: (value: JsonValue) => Readonly<Record<string, JsonValue>>;
  readonly join: (parts: Readonly<Record<string, JsonValue>>) => JsonValue;
}

/**
 * Cuts a text at a separator, the last part getting the rest, so that joining gives the same text again. Where there
 * are too few separators the last parts are absent, not empty: 'x' and 'x ' are two different texts. What is no text
 * stays under its name, as a field that nobody declares, and is there again when there are no parts.
 */
export function cutting(whole: string, parts: readonly string[], at: string): Ways {
  return {
    ...tracked(whole, parts),
    up: (object) => {
      const value = member(object, whole);
      const pieces = typeof value === 'string' ? cut(value, at, parts.length) : [];
      if (typeof value === 'string') drop(object, whole);
      for (const [index, part] of parts.entries()) place(object, part, pieces[index]);
    },
    down: (object) => {
      const values = parts.map((part) => take(object, part)).filter((value) => value !== undefined);
      if (values.length > 0 || typeof member(object, whole) === 'string') drop(object, whole);
      const texts = values.filter((value) => typeof value === 'string');
      if (texts.length > 0) place(object, whole, texts.join(at));
    },
    hidden: { below: [], above: pathsOf(parts) },
  };
}

/**
 * A way that puts a text together, after which nothing else stands under its name but what may: a field that nobody
 * declares on the other side, and that clients there may send, is not taken for it.
 */
export function withoutStray(
  way: (object: Draft) => void,
  name: string,
  field: JsonSchema,
): (object: Draft) => void {
  const fits = fitting(field);
  return (object) => {
    way(object);
    const value = member(object, name);
    if (value !== undefined && typeof value !== 'string' && !fits(value)) drop(object, name);
  };
}

function cut(text: string, at: string, count: number): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (pieces.length < count - 1) {
    const end = text.indexOf(at, start);
    if (end === -1) break;
    pieces.push(text.slice(start, end));
    start = end + at.length;
  }
  pieces.push(text.slice(start));
  return pieces;
}

/** The same by an author's functions. `split` sees every value that is there, `join` the parts that are. */
export function parting(
  whole: string,
  parts: readonly string[],
  { split, join }: PartFunctions,
  label: string,
  losses: BoundOperation['losses'],
): Ways {
  const allowed = new Set(parts);
  return {
    ...tracked(whole, parts),
    up: (object) => {
      const value = member(object, whole);
      const given = value === undefined ? {} : fieldsFrom(split(frozenCopy(value)), allowed, label);
      drop(object, whole);
      for (const part of parts) place(object, part, member(given, part));
    },
    down: (object) => {
      const given = frozenFields(object, parts);
      const value = Object.keys(given).length === 0 ? undefined : jsonFrom(join(given), label);
      for (const part of parts) drop(object, part);
      place(object, whole, value);
    },
    hidden: {
      below: losses.up === null ? [] : [[whole]],
      above: losses.down === null ? [] : pathsOf(parts),
    },
    isOpaque: true,
    losses,
  };
}

function tracked(whole: string, parts: readonly string[]): Omit<Ways, 'up' | 'down'> {
  const isPart = (path: Path): boolean => path[0] !== undefined && parts.includes(path[0]);
  return {
    ...plain,
    track: {
      up: (path) => (path[0] === whole || isPart(path) ? null : path),
      down: (path) => (isPart(path) ? [whole] : path[0] === whole ? null : path),
    },
    reach: {
      up: (path) => (path[0] === whole ? pathsOf(parts) : isPart(path) ? [] : [path]),
      down: (path) => (isPart(path) ? [[whole]] : path[0] === whole ? [] : [path]),
    },
    together: { below: [], above: [pathsOf(parts)] },
  };
}
