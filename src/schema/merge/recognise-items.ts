import { blockId } from '../blocks.js';
import { isArray, isObject, member, type JsonObject, type JsonValue, type Spend } from '../json/json.js';
import { giveTokens, tokensOf, unknownItem } from './list-tokens.js';
import { itemOrigins } from './merge-lists.js';
import { inBlock, inField, inItem, keyOf, type At, type TypesHere } from './merge-point.js';
import { placesIn, type Places } from './places.js';

interface RecognitionMeans {
  /** The block that one is a copy of, as the client says. */
  readonly originalOf: (id: string) => string | undefined;
  readonly freshToken: () => number;
  readonly spend: Spend;
}

/**
 * Says which item of what a client sent is which of what it saw. Nobody else can know: so it is found out once, at
 * the client's own schema version, by its declared keys and what stayed the same. New items get numbers of their own.
 */
export function recogniseItems(
  seen: JsonObject,
  sent: JsonObject,
  types: TypesHere,
  means: RecognitionMeans,
): void {
  const places = placesIn(seen);
  const root: At = { pointer: '', path: [], type: types.type, schema: types.schemaOf(types.type) };
  new Recognising(places, types, means).object(root, seen, sent);
}

type Maybe = JsonValue | undefined;

class Recognising {
  constructor(
    private readonly seen: Places,
    private readonly types: TypesHere,
    private readonly means: RecognitionMeans,
  ) {}

  object(at: At, was: JsonObject | undefined, is: JsonObject): void {
    for (const key of Object.keys(is)) this.value(inField(at, key), was && member(was, key), is[key]);
  }

  private value(at: At, was: Maybe, is: Maybe): void {
    if (isArray(is)) this.list(at, isArray(was) ? was : [], is);
    else if (isObject(is)) {
      const id = blockId(is);
      const block = inBlock(at, is, this.types.schemaOf);
      if (id === undefined)
        this.object(block, isObject(was) && blockId(was) === undefined ? was : undefined, is);
      else this.object(block, this.seen.get(id) ?? this.seen.get(this.means.originalOf(id) ?? ''), is);
    }
  }

  private list(at: At, was: readonly JsonValue[], is: readonly JsonValue[]): void {
    const origins = itemOrigins(was, is, keyOf(at), true, this.means.spend);
    const known = tokensOf(was);
    giveTokens(
      is,
      is.map((item, index) => {
        if (blockId(item) !== undefined) return unknownItem;
        const token = known?.[origins[index] ?? -1] ?? unknownItem;
        return token === unknownItem ? this.means.freshToken() : token;
      }),
    );
    for (const [index, item] of is.entries()) this.value(inItem(at, index), was[origins[index] ?? -1], item);
  }
}
