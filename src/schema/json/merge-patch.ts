import { checkDocument } from './check-document.js';
import { isObject, type JsonObject, type JsonValue, member, setMember } from './json.js';

/**
 * What the document becomes under a JSON Merge Patch (RFC 7396): members of the patch replace those of the
 * document, `null` removes, objects are merged, arrays are replaced whole. The document is not changed; the
 * result shares with it, and with the patch, what it can, and may be saved as a document, its size aside.
 *
 * @throws Refusal `content-invalid` when the patch is no object (it would replace the document, RFC 7396 §2),
 * and whatever else {@link checkDocument} finds in the result
 */
export function applyMergePatch(document: JsonObject, patch: JsonValue): JsonObject {
  const result = merge(document, patch);
  checkDocument(result);
  return result;
}

function merge(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const result: Record<string, JsonValue> = isObject(target) ? { ...target } : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key] as JsonValue;
    if (value === null) Reflect.deleteProperty(result, key);
    else setMember(result, key, merge(member(result, key), value));
  }
  return result;
}
