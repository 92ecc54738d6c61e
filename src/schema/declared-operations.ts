import type { JsonSchema } from './json-schema.js';
import type { TypeDeclaration } from './migration.js';
import type { Operation } from './operations/operation.js';
import { TypeChange } from './operations/type-change.js';

/** The operations of a declaration; nothing for the JSON Schema of a new type. */
export function operationsOf(declared: TypeDeclaration): readonly Operation[] | undefined {
  if (typeof declared === 'function') {
    const change = declared(new TypeChange()) as TypeChange | undefined; // somebody else's function may forget it
    if (!(change instanceof TypeChange))
      throw new Error('its function has to return the changed type: (type) => type.…');
    return change.operations;
  }
  return isOperation(declared) ? [declared] : undefined;
}

function isOperation(declared: JsonSchema | Operation): declared is Operation {
  return typeof declared['bind' as never] === 'function';
}
