import type { ValidationError } from 'class-validator';
import { Refusal } from '../refusal.js';
import { isObject } from '../schema/json.js';
import { validate } from './validators.js';

type Shape<T> = new () => T;

/** More than any shape has: of a body with more, they are not named. */
const mostMembers = 50;

/**
 * Reads the members of a body or the parameters of a query into a class that says what may be there. A member is looked at
 * by the decorators of its class alone: what is inside it may be called `constructor`, and is nobody's.
 * @throws Refusal `malformed-request` for what is missing, wrong or unknown, with all faults in `errors`
 */
export function readShape<T extends object>(shape: Shape<T>, plain: unknown, where: 'body' | 'query'): T {
  if (!isObject(plain as never)) throw malformed([`the ${where} has to be a JSON object`]);
  const members = plain as Readonly<Record<string, unknown>>;
  const keys = Object.keys(members);
  if (keys.length > mostMembers)
    throw malformed([`the ${where} has ${keys.length} members: send those that are known here`]);
  const instance = new shape();
  // `toString` is there already, and the validator would take it for known.
  const strange = keys.filter((key) => key in Object.prototype);
  for (const key of keys) {
    if (!strange.includes(key)) Reflect.set(instance, key, readingOf(shape, key)(members[key]));
  }
  const errors = validate(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
  });
  // A parameter that stands twice is a list to the parser of queries.
  const twice = where === 'query' ? keys.filter((key) => Array.isArray(members[key])) : [];
  if (twice.length > 0) throw malformed(twice.map((key) => `${key} stands twice: give it once`));
  const faults = [
    ...strange.map((key) => `${key} is not known here`),
    ...errors.flatMap((error) => faultsOf(error)),
  ];
  if (faults.length > 0) throw malformed(faults);
  return instance;
}

/** A query without parameters is the common case of a read, and free. */
export function readQuery<T extends object>(shape: Shape<T>, query: unknown): T {
  for (const _name in query as object) return readShape(shape, query, 'query');
  return new shape();
}

/** @throws Refusal `malformed-request` for any parameter */
export function requireNoQuery(query: unknown): void {
  const names = Object.keys(query as object);
  if (names.length > 0) throw malformed(names.map((name) => `${name} is not known here`));
}

type Reading = (value: unknown) => unknown;

/** By the prototype of the class that declares the member, and its name. */
const readings = new Map<unknown, Map<string | symbol, Reading>>();

/** Makes something of a member before it is checked. */
export function ReadAs(reading: Reading): PropertyDecorator {
  return (prototype, name) => {
    const ofClass = readings.get(prototype) ?? new Map<string | symbol, Reading>();
    readings.set(prototype, ofClass);
    const inner = ofClass.get(name) ?? asIs;
    ofClass.set(name, (value) => reading(inner(value)));
  };
}

function readingOf(shape: Shape<object>, name: string): Reading {
  for (let of: unknown = shape.prototype; of !== null; of = Object.getPrototypeOf(of)) {
    const reading = readings.get(of)?.get(name);
    if (reading) return reading;
  }
  return asIs;
}

function asIs(value: unknown): unknown {
  return value;
}

/** Query parameters are text; this makes a whole number of one, and NaN (which `IsInt` refuses) of anything else. */
export function WholeNumber(): PropertyDecorator {
  return ReadAs((value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : NaN));
}

/** Makes a boolean of the words `true` and `false` in a query. */
export function TrueOrFalse(): PropertyDecorator {
  return ReadAs((value) => (value === 'true' ? true : value === 'false' ? false : value));
}

/** UUIDs are compared as text, so they are kept in lower case (RFC 9562 §4). */
export function LowerCase(): PropertyDecorator {
  return ReadAs((value) => (typeof value === 'string' ? value.toLowerCase() : value));
}

function faultsOf(error: ValidationError, parent = ''): string[] {
  const name = `${parent}${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) =>
    rule === 'whitelistValidation' ? `${name} is not known here` : parent + message,
  );
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, `${name}.`))];
}

function malformed(errors: readonly string[]): Refusal {
  return new Refusal('malformed-request', errors.join('; '), { errors });
}
