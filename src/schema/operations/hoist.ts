import { isObject, type JsonObject, type JsonValue, member, setMember } from '../json/json.js';
import { checkNames, mistake } from './declaration.js';
import { place, take } from './draft.js';
import { checkFree, isRequired, knownField, withField, withoutField } from './fields.js';
import { type Draft, type Operation, type Path, plain } from './operation.js';
import { flipped, type Ways } from './tracks.js';

export interface HoistOptions {
  /** The object field that it moves out of. */
  readonly from: string;
  /** Its name beside that field, where it is another. */
  readonly as?: string;
}

export interface PlungeOptions {
  /** The object field that it moves into. */
  readonly into: string;
  /** Its name in there, where it is another. */
  readonly as?: string;
}

/**
 * A field of an object moves up, beside the object, which stays, even when nothing is left in it: what others keep
 * in it must not go with it. For older clients the value is always in its object: one is made where there is none,
 * also in place of what is no object.
 */
export function hoist(name: string, { from: host, as = name }: HoistOptions): Operation {
  const label = `hoist('${name}')`;
  checkNames(label, [name, host, as]);
  return {
    summary: `moves \`${host}.${name}\` up to \`${as}\``,
    bind: (before) => {
      const inside = knownField(label, before, host);
      const field = knownField(`${label} from "${host}"`, inside, name);
      checkFree(label, before, as);
      const isHostSure = isRequired(before, host) && inside['type'] === 'object';
      const isAlwaysThere = isHostSure && isRequired(inside, name);
      const without = withField(before, host, withoutField(inside, name), isRequired(before, host));
      return { ...rising(host, name, as, isHostSure), after: withField(without, as, field, isAlwaysThere) };
    },
  };
}

/** A field moves down, into an object beside it: {@link hoist} the other way round. */
export function plunge(name: string, { into: host, as = name }: PlungeOptions): Operation {
  const label = `plunge('${name}')`;
  checkNames(label, [name, host, as]);
  if (name === host) throw mistake(label, 'a field can\'t move into itself: name another one by "into"');
  return {
    summary: `moves \`${name}\` down to \`${host}.${as}\``,
    bind: (before) => {
      const field = knownField(label, before, name);
      const inside = knownField(label, before, host);
      checkFree(`${label} into "${host}"`, inside, as);
      const isAlwaysThere = isRequired(before, name);
      const filled = withField(inside, as, field, isAlwaysThere);
      const isHostRequired = isAlwaysThere || isRequired(before, host);
      const isHostSure = isRequired(before, host) && inside['type'] === 'object';
      const after = withField(withoutField(before, name), host, filled, isHostRequired);
      return { ...flipped(rising(host, as, name, isHostSure)), after };
    },
  };
}

/** From `host.inner` below to `outer` above; `isHostSure`: every document has the host, and it is an object. */
function rising(host: string, inner: string, outer: string, isHostSure: boolean): Ways {
  return {
    ...plain,
    up: (object) => {
      const inside = member(object, host);
      place(object, outer, isObject(inside) ? take(inside, inner) : undefined);
    },
    down: (object) => {
      const value = take(object, outer);
      const inside = member(object, host);
      if (isObject(inside)) place(inside, inner, value);
      else if (value !== undefined) setMember(object, host, objectOf(inner, value));
    },
    track: {
      up: (path) => (path[0] === host && path[1] === inner ? [outer, ...path.slice(2)] : unless(outer, path)),
      down: (path) => {
        if (path[0] === outer) return [host, inner, ...path.slice(1)];
        return path[0] === host && path[1] === inner ? null : path;
      },
    },
    // What is known of the host as a whole is known of the value that was in it.
    reach: {
      up: (path) => {
        if (path[0] === outer) return [];
        if (path[0] !== host) return [path];
        return path.length === 1 ? [path, [outer]] : [path[1] === inner ? [outer, ...path.slice(2)] : path];
      },
      down: (path) => {
        if (path[0] === outer) return [[host, inner, ...path.slice(1)]];
        return path[0] === host && path[1] === inner ? [] : [path];
      },
    },
    // Below, a host that was absent, null or no object can't be told from an empty one, once it holds the value.
    hidden: { below: [], above: isHostSure ? [] : [[host]] },
  };
}

function objectOf(name: string, value: JsonValue): JsonObject {
  const object: Draft = {};
  setMember(object, name, value);
  return object;
}

function unless(ended: string, path: Path): Path | null {
  return path[0] === ended ? null : path;
}
