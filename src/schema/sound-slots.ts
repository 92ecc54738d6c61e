import type { JsonSchema } from './json-schema.js';
import type { JsonValue } from './json/json.js';

/**
 * The lists in a page whose blocks were found to be sound at the schema version before: most rungs leave blocks alone, and then
 * the very same lists are looked at again. Nobody changes a list once it was looked at.
 */
export class SoundSlots {
  private readonly lists = new Set<JsonValue>();
  private types: ReadonlyMap<string, JsonSchema> = new Map();

  /** Tells which block types hold from here on: with others, nothing is known. */
  useTypes(types: ReadonlyMap<string, JsonSchema>): void {
    const isSame =
      types.size === this.types.size && [...types].every(([name, schema]) => this.types.get(name) === schema);
    if (!isSame) this.lists.clear();
    this.types = types;
  }

  isKnown(list: JsonValue): boolean {
    return this.lists.has(list);
  }

  add(list: JsonValue): void {
    if (typeof list === 'object') this.lists.add(list);
  }
}
