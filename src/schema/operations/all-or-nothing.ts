import { isArray, isObject, type JsonObject, type JsonValue, setMember } from '../json/json.js';
import { drop } from './draft.js';
import type { Draft } from './operation.js';

/**
 * A way that changes everything or, when it throws, nothing. The objects inside stay the very ones they were, so that
 * who knows one of them still finds it.
 */
export function allOrNothing(way: (object: Draft) => void): (object: Draft) => void {
  return (object) => {
    const before = new Map<Draft, JsonObject>();
    remember(object, before);
    try {
      way(object);
    } catch (error) {
      for (const [changed, fields] of before) restore(changed, fields);
      throw error;
    }
  };
}

/** Lists need no memory: no operation writes to one, only to the objects in it. */
function remember(value: JsonValue, before: Map<Draft, JsonObject>): void {
  if (isArray(value)) {
    for (const item of value) remember(item, before);
  } else if (isObject(value)) {
    before.set(value, { ...value });
    for (const key of Object.keys(value)) remember(value[key] as JsonValue, before);
  }
}

function restore(object: Draft, fields: JsonObject): void {
  for (const name of Object.keys(object)) drop(object, name);
  for (const name of Object.keys(fields)) setMember(object, name, fields[name] as JsonValue);
}
