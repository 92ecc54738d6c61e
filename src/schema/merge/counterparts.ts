import type { Ladder } from '../ladder.js';
import type { BoundOperation, Path } from '../operations/operation.js';
import { reachDown, reachUp } from '../operations/tracks.js';

/** A field of a type. */
export interface Place {
  readonly type: string;
  readonly path: Path;
}

/** Every field at another schema version that a field has a part in, as the rungs between declare it. */
export function counterparts(
  ladder: Ladder,
  { type, path }: Place,
  from: number,
  to: number,
): readonly Place[] {
  if (from === to) return [{ type, path }];
  const isUp = to > from;
  const { rung } = ladder.at(isUp ? from + 1 : from);
  const becomes = (isUp ? rung.up : rung.down).get(type)?.becomes ?? [type];
  return becomes.flatMap((there) => {
    const fields = rung.fields.get(isUp ? type : there);
    const paths = fields ? reached(fields, path, isUp) : [path];
    return paths.flatMap((next) =>
      counterparts(ladder, { type: there, path: next }, isUp ? from + 1 : from - 1, to),
    );
  });
}

function reached(fields: BoundOperation, path: Path, isUp: boolean): readonly Path[] {
  return isUp ? reachUp(fields, path) : reachDown(fields, path);
}
