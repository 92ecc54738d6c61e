import { blockId } from './blocks.js';
import type { JsonObject, JsonValue } from './json.js';
import { placesIn, without, type Places } from './places.js';

type Maybe = JsonValue | undefined;

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
}

/** Which blocks the client of a save saw, which it has sent, and which readers have: by `_id`. */
export class Sight {
  readonly base: Places;
  readonly mine: Places;
  readonly other: Places;

  constructor(save: Save) {
    this.base = placesIn(save.base);
    this.mine = placesIn(save.mine);
    this.other = placesIn(save.other);
  }

  /** Whether a block that readers have is one that the client could not see. */
  hides(id: string): boolean {
    return !this.base.has(id) && !this.mine.has(id);
  }

  /** What readers here had, without what the client has deleted or moved to another place. */
  keep(other: Maybe, mineHere: Maybe): Maybe {
    if (other === undefined) return undefined;
    const here = mineHere === undefined ? none : placesIn(mineHere);
    const isGone = (id: string): boolean => !here.has(id) && !this.hides(id);
    const id = blockId(other);
    if (id !== undefined && isGone(id)) return undefined;
    return [...placesIn(other).keys()].some(isGone) ? without(other, isGone) : other;
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
