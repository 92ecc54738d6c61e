import type { JsonSchema } from './json-schema.js';
import { parsePointer } from './json/pointer.js';

/** What `#/$defs/…` means within a schema. @throws Error for a reference that leads elsewhere */
export function localReference(root: JsonSchema, reference: string): JsonSchema {
  const tokens = reference.startsWith('#') ? parsePointer(decodeURIComponent(reference.slice(1))) : undefined;
  let found: unknown = tokens && root;
  for (const token of tokens ?? []) {
    const isInside = typeof found === 'object' && found !== null && Object.hasOwn(found, token);
    found = isInside ? (found as Readonly<Record<string, unknown>>)[token] : undefined;
  }
  if (typeof found === 'object' && found !== null) return found as JsonSchema; // checked by Ajv when it was compiled
  throw new Error(
    `can't follow the reference "${reference}": it has to lead into its own type, as #/$defs/…`,
  );
}
