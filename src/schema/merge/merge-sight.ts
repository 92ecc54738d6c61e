import { blockId, blockType, isStandIn } from '../blocks.js';
import { member, type JsonObject, type JsonValue } from '../json/json.js';
import { nestingIn, placesIn, without, type Places } from './places.js';

type Maybe = JsonValue | undefined;

/** A block that readers don't have any more, or can't be shown: what it looked like when they last had it. */
export interface LastSeen {
  /** What the client saw of it then, as it looks here; `undefined`: nothing. */
  readonly base: JsonObject | undefined;
  readonly other: JsonObject;
}

/** A save, seen at a schema version that it was not made at. All three are documents at that version. */
export interface Save {
  /** What the client saw looks like this here. */
  readonly base: JsonObject;
  /** What it sent looks like this here: its changes win. */
  readonly mine: JsonObject;
  /** What readers here had: everything else stays. */
  readonly other: JsonObject;
  /** `_id` of a block → `_id` of the block that it is a copy of, as the client says. */
  readonly copies: ReadonlyMap<string, string>;
  /** By `_id`: blocks of `mine` that `other` doesn't have, or only as `broken`. */
  readonly lastSeen: ReadonlyMap<string, LastSeen>;
  /** `_id`s of the stand-ins in what the client sent: where they stand for nothing, nothing is shown. */
  readonly standIns: ReadonlySet<string>;
  /** The `_id` for a block that the client does not see, inside of a copy that it made: one that is free everywhere. */
  readonly idInCopy: (hidden: string, copy: string) => string;
}

/** Which blocks the client of a save saw, which it has sent, and which readers have: by `_id`. Worked out when needed. */
export class Sight {
  private basePlaces: Places | undefined;
  private minePlaces: Places | undefined;
  private otherPlaces: Places | undefined;
  private standIns: ReadonlyMap<JsonValue, string> | undefined;
  private nesting: readonly ReadonlySet<JsonValue>[] | undefined;

  constructor(private readonly save: Save) {}

  get base(): Places {
    return (this.basePlaces ??= this.seenPlaces());
  }

  get mine(): Places {
    return (this.minePlaces ??= placesIn(this.save.mine));
  }

  get other(): Places {
    return (this.otherPlaces ??= placesIn(this.save.other));
  }

  private seenPlaces(): Places {
    const base = new Map(placesIn(this.save.base));
    for (const last of this.save.lastSeen.values()) {
      for (const [id, block] of last.base ? placesIn(last.base) : none)
        if (!base.has(id)) base.set(id, block);
    }
    return base;
  }

  /** Whether a block that readers have is one that the client could not see. */
  hides(id: string): boolean {
    return !this.base.has(id) && !this.mine.has(id);
  }

  /** What a copied stand-in says it stands for, or another copy where that is gone. */
  originalOf(mine: JsonObject): string | undefined {
    const of = isStandIn(mine) ? member(mine, 'of') : undefined;
    if (of === undefined) return undefined;
    this.standIns ??= this.standInsByOriginal();
    return this.standIns.get(of);
  }

  private standInsByOriginal(): ReadonlyMap<JsonValue, string> {
    const found = new Map<JsonValue, string>();
    for (const [id, block] of this.base) {
      const of = isStandIn(block) ? member(block, 'of') : undefined;
      if (of !== undefined && (id === of || !found.has(of))) found.set(of, id);
    }
    return found;
  }

  /** What readers here had, without what the client has deleted or moved to another place. */
  keep(other: Maybe, mineHere: Maybe): Maybe {
    if (other === undefined) return undefined;
    if (typeof other !== 'object' || other === null) return other;
    const there = placesIn(other);
    if (there.size === 0) return other;
    const here = mineHere === undefined ? none : placesIn(mineHere);
    const isGone = (id: string): boolean => !here.has(id) && !this.hides(id);
    const id = blockId(other);
    if (id !== undefined && isGone(id)) return undefined;
    return [...there.keys()].some(isGone) ? without(other, isGone) : other;
  }

  /** Whether a block that the client left as it was is as readers had it: with no other blocks that could have moved. */
  isAlone(mine: JsonObject, other: JsonObject): boolean {
    this.nesting ??= [nestingIn(this.save.mine), nestingIn(this.save.other)];
    return !this.nesting.some((nesting) => nesting.has(mine) || nesting.has(other)) && this.isOwn(other);
  }

  /** Only what stands in `other` itself is known to hold no others. */
  private isOwn(other: JsonObject): boolean {
    return this.other.get(blockId(other) ?? '') === other;
  }

  /** Whether no block has come here or gone from here, between what the client has and what readers here have. */
  samePlaces(mine: JsonValue, other: JsonValue): boolean {
    const here = placesIn(mine);
    const there = placesIn(other);
    return (
      [...here.keys()].every((id) => there.has(id) || !this.other.has(id)) &&
      [...there.keys()].every((id) => here.has(id) || this.hides(id))
    );
  }
}

const none: Places = new Map();

/** Whether a value is a block or a list that holds some: such values have their own ways to be merged. */
export function isSlot(value: Maybe): boolean {
  if (Array.isArray(value)) return value.some((item: JsonValue) => blockType(item) !== undefined);
  return blockType(value) !== undefined;
}
