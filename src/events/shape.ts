import { commentLimit, wellFormed } from './limits.js';

/** As the OpenAPI document says what a value may be. */
export type Schema = Readonly<Record<string, unknown>>;

/** What a value may be, told once: for the compiler, for whoever reads a log from elsewhere, and for the OpenAPI document. */
export interface Shape<T = unknown> {
  /** Where a value is not so, by its name (`data.place.rank`); undefined: nowhere. `at` is the value's own name. */
  readonly faultIn: (value: unknown, at: string) => string | undefined;
  readonly schema: Schema;
  /** In no shape: by this the compiler knows what a value is. */
  readonly holds?: T;
}

/** Of a member that may be absent. */
export interface Optional<T = unknown> extends Shape<T> {
  readonly isOptional: true;
}

/** Of an object with these members and no others. */
export interface ObjectShape<T = object> extends Shape<T> {
  readonly schema: {
    readonly type: 'object';
    readonly required?: readonly string[];
    readonly properties: Readonly<Record<string, Schema>>;
  };
  /** Of them those that nobody is shown. */
  readonly secret: readonly string[];
}

/** What a value of the shape is. */
export type ValueOf<S> = S extends Shape<infer T> ? T : never;

type Members = Readonly<Record<string, Shape>>;
type OptionalName<M> = { [N in keyof M]: M[N] extends Optional ? N : never }[keyof M];
type WithMembers<M> = { readonly [N in Exclude<keyof M, OptionalName<M>>]: ValueOf<M[N]> } & {
  readonly [N in OptionalName<M>]?: ValueOf<M[N]>;
};
/** One object in place of two that are joined: so that the compiler tells its members, and not how it was made. */
type Joined<T> = T extends infer Both ? { [N in keyof Both]: Both[N] } : never;

export function is<T>(test: (value: unknown) => value is T, schema: Schema = {}): Shape<T> {
  return { faultIn: (value, at) => (test(value) ? undefined : at), schema };
}

const textWhere = (test: (value: string) => boolean, schema: Schema = {}): Shape<string> =>
  is((value): value is string => isText(value) && test(value), { type: 'string', ...schema });

/** Well-formed, of at most so many characters. */
export const text = (limit: number, least = 0): Shape<string> =>
  textWhere((value) => value.length >= least && value.length <= limit && wellFormed.test(value));

export const matching = (pattern: RegExp, schema: Schema = {}): Shape<string> =>
  textWhere((value) => pattern.test(value), schema);

export const nullOr = <T>({ faultIn, schema }: Shape<T>): Shape<T | null> => ({
  faultIn: (value, at) => (value === null ? undefined : faultIn(value, at)),
  schema: { ...schema, nullable: true },
});

/** The same, with what is said of it in the OpenAPI document. */
export const described = <S extends Shape>(description: string, shape: S): S => ({
  ...shape,
  schema: { ...shape.schema, description },
});

export const optional = <T>(shape: Shape<T>): Optional<T> => ({ ...shape, isOptional: true });

/** Of a member that is for the log alone. */
export const secret = <S extends Shape>(shape: S): S & { readonly isSecret: true } => ({
  ...shape,
  isSecret: true,
});

/** These members and no others. */
export function members<const M extends Members>(shapes: M): ObjectShape<Joined<WithMembers<M>>> {
  const all = Object.entries(shapes);
  const required = all.flatMap(([name, shape]) => ('isOptional' in shape ? [] : [name]));
  return {
    secret: all.flatMap(([name, shape]) => ('isSecret' in shape ? [name] : [])),
    faultIn: (value, at) => {
      if (!isObject(value)) return at;
      const inside = at === '' ? '' : `${at}.`;
      for (const name of Object.keys(value)) {
        if (!Object.hasOwn(shapes, name)) return `${inside}${name}`;
      }
      for (const [name, shape] of all) {
        if ('isOptional' in shape && !Object.hasOwn(value, name)) continue;
        const fault = shape.faultIn(value[name], `${inside}${name}`);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    schema: {
      type: 'object',
      ...(required.length > 0 && { required }),
      properties: Object.fromEntries(all.map(([name, { schema }]) => [name, schema])),
    },
  };
}

/** At most so many, each like that. */
export const listOf = <T>({ faultIn, schema }: Shape<T>, limit = Infinity): Shape<readonly T[]> =>
  is(
    (value): value is readonly T[] =>
      Array.isArray(value) && value.length <= limit && value.every((item) => faultIn(item, '') === undefined),
    { type: 'array', items: schema },
  );

/** Texts by texts. */
export const texts: Shape<Readonly<Record<string, string>>> = is(
  (value): value is Readonly<Record<string, string>> =>
    isObject(value) &&
    Object.entries(value).every(([key, one]) => wellFormed.test(key) && isText(one) && wellFormed.test(one)),
  { type: 'object', additionalProperties: { type: 'string' } },
);

/** No members. */
export const noMembers: ObjectShape<Readonly<Record<string, never>>> = members({});
/** 1, 2, 3 … */
export const whole: Shape<number> = is(
  (value): value is number => Number.isSafeInteger(value) && (value as number) > 0,
  { type: 'integer', minimum: 1 },
);
export const yes: Shape<true> = is((value) => value === true, { type: 'boolean' });
export const absent: Shape<undefined> = is((value) => value === undefined);
export const anything: Shape = { faultIn: () => undefined, schema: {} };
export const time: Shape<string> = textWhere(isTime, { format: 'date-time' });
export const uuid = matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { format: 'uuid' });
export const salt = matching(/^[0-9a-f]{32}$/);
export const hash = matching(/^[0-9a-f]{64}$/);
export const comment = text(commentLimit);

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As `Date.toISOString` writes it, of the years 0 to 9999. */
function isTime(value: string): boolean {
  if (!/^\d{4}-/.test(value)) return false;
  const time = new Date(value);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value;
}
