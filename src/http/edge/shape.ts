import { plainToInstance, Transform } from 'class-transformer';
import type { ValidationError } from 'class-validator';
import { Refusal } from '../../refusal.js';
import { isObject } from '../../schema/json/json.js';
import { shortened } from '../../schema/shortened.js';
import { validate } from './validators.js';

type Shape<T> = new () => T;

/** More than any shape has: of a body with more, they are not named. */
const membersLimit = 50;

/**
 * Reads the members of a body or the parameters of a query into a class that says what may be there. Only the
 * members themselves are transformed: inside of them may be anything, such as a `constructor`.
 * @throws Refusal `malformed-request` for what is missing, wrong or unknown, with all faults in `errors`
 */
export function readShape<T extends object>(shape: Shape<T>, plain: unknown, where: 'body' | 'query'): T {
  if (!isObject(plain as never)) throw malformed([`the ${where} has to be a JSON object`]);
  const members = plain as Readonly<Record<string, unknown>>;
  const keys = Object.keys(members);
  if (keys.length > membersLimit)
    throw malformed([`the ${where} has ${keys.length} members: send those that are known here`]);
  // `toString` is there already, and the validator would take it for known.
  const strange = keys.filter((key) => key in Object.prototype);
  const known = Object.entries(members).filter(([key]) => !strange.includes(key));
  const isDeep = ([, value]: (typeof known)[number]): boolean => typeof value === 'object' && value !== null;
  const instance = plainToInstance(shape, Object.fromEntries(known.filter((member) => !isDeep(member))));
  Object.assign(instance, Object.fromEntries(known.filter(isDeep)));
  const errors = validate(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
  });
  // A parameter that stands twice is a list to the parser of queries.
  const twice = where === 'query' ? keys.filter((key) => Array.isArray(members[key])) : [];
  if (twice.length > 0) throw malformed(twice.map((key) => `${key} stands twice: give it once`));
  const faults = [...strange.map(unknown), ...errors.flatMap((error) => faultsOf(error))];
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
  if (names.length > 0) throw malformed(names.map(unknown));
}

/** Query parameters are text; this makes a whole number of one, and NaN (which `IsInt` refuses) of anything else. */
export function WholeNumber(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : NaN,
  );
}

/** Makes a boolean of the words `true` and `false` in a query. */
export function TrueOrFalse(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    value === 'true' ? true : value === 'false' ? false : value,
  );
}

/** UUIDs are compared as text, so they are kept in lower case (RFC 9562 §4). */
export function LowerCase(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.toLowerCase() : value,
  );
}

function faultsOf(error: ValidationError, parent = ''): string[] {
  const name = `${parent}${error.property}`;
  // The decorator that says its type stands first and is asked last: what is of another type has no other fault.
  const own = Object.entries(error.constraints ?? {})
    .slice(-1)
    .map(([rule, message]) => (rule === 'whitelistValidation' ? unknown(name) : parent + message));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, `${name}.`))];
}

/** In characters: more of a name helps nobody. */
const nameLimit = 100;

function unknown(name: string): string {
  return `${shortened(name, nameLimit)} is not known here`;
}

function malformed(errors: readonly string[]): Refusal {
  return new Refusal('malformed-request', errors.join('; '), { errors });
}
