import type { Ladder } from '../ladder.js';

/** The other schema versions that there is a way to, those next to the given one first in both directions. */
export function otherVersions(ladder: Ladder, schemaVersion: number): readonly number[] {
  const versions = ladder.versions.map(({ version }) => version);
  const above = versions.filter((version) => version > schemaVersion);
  const below = versions.filter((version) => version < schemaVersion).reverse();
  return [...above, ...below].filter((version) => ladder.leads(schemaVersion, version));
}

/** Whether a rung between two schema versions has to do with blocks in pages of a type, or may have: there is not always a way. */
export function touchesBlocks(ladder: Ladder, type: string, from: number, to: number): boolean {
  if (!ladder.leads(from, to)) return true;
  return ladder
    .way(from, to)
    .legs.some(({ steps, isOpaque }) => isOpaque || [...steps.keys()].some((name) => name !== type));
}
