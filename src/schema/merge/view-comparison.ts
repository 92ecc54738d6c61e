import { isArray, sameJson, type JsonObject, type JsonValue } from '../json/json.js';
import { printTokens } from './item-tokens.js';

/**
 * Whether views of one save need not be kept: their items, too, are what a conversion says they are. Lists that were compared,
 * or numbered, at one schema version mostly come again at the next: they are remembered.
 */
export class ViewComparison {
  private readonly same = new Map<JsonValue, JsonValue>();
  private readonly tokens = new Map<JsonValue, readonly number[]>();

  isSame(content: JsonObject, converted: JsonObject): boolean {
    if (content === converted) return true;
    const keys = Object.keys(content);
    return (
      keys.length === Object.keys(converted).length &&
      keys.every(
        (key) =>
          Object.hasOwn(converted, key) &&
          this.isSameValue(content[key] as JsonValue, converted[key] as JsonValue),
      ) &&
      sameJson(this.tokensOf(content), this.tokensOf(converted))
    );
  }

  private isSameValue(value: JsonValue, other: JsonValue): boolean {
    if (value === other || (isArray(value) && this.same.get(value) === other)) return true;
    if (!sameJson(value, other)) return false;
    if (isArray(value)) this.same.set(value, other);
    return true;
  }

  private tokensOf(content: JsonObject): readonly number[] {
    return Object.keys(content).flatMap((key) => {
      const value = content[key] as JsonValue;
      if (!isArray(value)) return printTokens(value);
      const known = this.tokens.get(value) ?? printTokens(value);
      this.tokens.set(value, known);
      return known;
    });
  }
}
