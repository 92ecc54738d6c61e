import { blockType } from '../blocks.js';
import { sameJson } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { parsePointer } from '../json/pointer.js';
import { blockPlaces, ownPart, type BlockPlace } from './block-places.js';
import type { SeenSave } from './saves.js';
import { veilBetween } from './veil.js';

type Places = ReadonlyMap<string, BlockPlace>;

/** A save, block by block; the page itself is the one under the empty name. */
export interface BlocksOfSave {
  readonly seen: Places;
  readonly sent: Places;
  /** What the writer saw, and what it sent, as readers would see it without what they had. */
  readonly seenThere: Places;
  readonly sentThere: Places;
  readonly before: Places;
  readonly after: Places;
  /** The content type of a block, or of the page. */
  readonly typeOf: (place: BlockPlace) => string;
  /** Whether the writer changed the block itself, or anything that an author's functions may look at with it. */
  readonly isTouched: (id: string) => boolean;
  /** Whether authors' functions have a hand in what the reader sees of a block. */
  readonly isOpaque: (id: string) => boolean;
  /** Whether a block stands, or stood, in a list of which operations change every item: it is no slot for blocks. */
  readonly isAmongItems: (id: string) => boolean;
}

export function blocksOf(ladder: Ladder, save: SeenSave): BlocksOfSave {
  const seen = blockPlaces(save.seen);
  const sent = blockPlaces(save.sent);
  const [before, after] = [blockPlaces(save.before), blockPlaces(save.after)];
  const { hidden } = veilBetween(ladder, save.writer, save.reader);
  const typeOf = ({ block, parent }: BlockPlace): string =>
    parent === null ? save.type : (blockType(block) ?? '');
  const opaqueAround = (places: Places, id: string): readonly string[] =>
    around(places, id).filter((other) => {
      const place = places.get(other);
      return place !== undefined && (hidden.get(typeOf(place))?.isOpaque ?? false);
    });
  const isSame = (id: string, part: (place: BlockPlace) => BlockPlace['block']): boolean => {
    const [was, is] = [seen.get(id), sent.get(id)];
    return was !== undefined && is !== undefined && sameJson(part(was), part(is));
  };
  const isAmongItems = (id: string, here: number, ...lists: readonly Places[]): boolean =>
    lists.some((places) => {
      const { parent, list } = places.get(id) ?? {};
      const holder = typeof parent === 'string' ? places.get(parent) : undefined;
      if (!holder || !list) return false;
      const items = [...(parsePointer(list.slot) ?? []), '*'];
      const there = here === save.writer ? save.reader : save.writer;
      const paths = veilBetween(ladder, here, there).hidden.get(typeOf(holder))?.paths ?? [];
      return paths.some((path) => items.every((name, index) => path[index] === name));
    });
  return {
    seen,
    sent,
    seenThere: blockPlaces(save.seenThere),
    sentThere: blockPlaces(save.sentThere),
    before,
    after,
    typeOf,
    isTouched: (id) => {
      const opaque = [...opaqueAround(seen, id), ...opaqueAround(sent, id)];
      return !isSame(id, ({ block }) => ownPart(block)) || !opaque.every((other) => isSame(other, whole));
    },
    isOpaque: (id) => opaqueAround(seen, id).length + opaqueAround(sent, id).length > 0,
    isAmongItems: (id) =>
      isAmongItems(id, save.writer, seen, sent) || isAmongItems(id, save.reader, before, after),
  };
}

function whole({ block }: BlockPlace): BlockPlace['block'] {
  return block;
}

/** The block and all that it stands in, up to the page. */
function around(places: Places, id: string): readonly string[] {
  const ids: string[] = [];
  for (let next: string | null | undefined = id; typeof next === 'string'; next = places.get(next)?.parent)
    ids.push(next);
  return ids;
}
