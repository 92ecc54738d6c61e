import type { Ladder } from '../ladder.js';
import { declaredLosses } from './declared-losses.js';
import { laws } from './laws.js';
import type { Law } from './law.js';
import type { Stage } from './stage.js';

/**
 * Everything that there is to check: each law on each rung, both ways where they differ, then on the whole ladder.
 * Histories go up and down anyway. Page types that a way leaves alone are not looked at.
 */
export function stagesOf(ladder: Ladder): readonly Stage[] {
  const rungs = ladder.versions.slice(1).map(({ version }) => [version - 1, version] as const);
  const whole = ladder.finalized > 2 ? [[1, ladder.finalized] as const] : [];
  const ways = [...rungs, ...whole];
  const losses = rungs.flatMap(([low, high]) => pairs(ladder, declaredLosses.name, low, high));
  return [
    ...ways.flatMap(([low, high]) => laws.flatMap((law) => stagesOfLaw(ladder, law, low, high))),
    ...losses,
  ];
}

function stagesOfLaw(ladder: Ladder, law: Law, low: number, high: number): readonly Stage[] {
  if (law.triedOn !== 'histories') return pairs(ladder, law.name, low, high);
  return typesOn(ladder, low, high).map((type) => ({ law: law.name, from: low, to: high, type }));
}

function pairs(ladder: Ladder, law: string, low: number, high: number): readonly Stage[] {
  const ways = [[low, high] as const, ...(ladder.leads(high, low) ? [[high, low] as const] : [])];
  return ways.flatMap(([from, to]) =>
    typesOn(ladder, low, high)
      .filter((type) => ladder.at(from).types.pages.has(type))
      .map((type) => ({ law, from, to, type })),
  );
}

/** Page types that are known somewhere on the way and on which something happens: to themselves, or to blocks. */
function typesOn(ladder: Ladder, low: number, high: number): readonly string[] {
  const on = ladder.versions.slice(low, high).map(({ rung }) => rung);
  const pages = [...ladder.at(high).types.pages.keys()];
  const changesBlocks = on.some(({ up, down }) =>
    [...up.keys(), ...down.keys()].some((name) => !pages.includes(name)),
  );
  return pages.filter((type) => changesBlocks || on.some(({ up, down }) => up.has(type) || down.has(type)));
}
