import fc from 'fast-check';
import { blocksIn, blockType } from '../blocks.js';
import type { JsonObject } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { documentsOf } from './documents.js';
import type { Stage } from './stage.js';
import type { Trial } from './trial.js';

/** Documents that are made up at most to see whether any has a block of a type. */
const documentLimit = 1_000;
const documentsAtOnce = 100;

/** What a law was tried on: a law that met nothing of what a rung changes has not been tried. */
export class Generated {
  private readonly blockTypes = new Set<string>();

  note({ history }: Trial): void {
    for (const step of history) {
      if (step.kind === 'restore') continue;
      for (const name of typesIn(step.document)) this.blockTypes.add(name);
    }
  }

  /** What is missing, as a sentence; nothing where the law has met all that it is about. */
  missing(ladder: Ladder, stage: Stage, isOfHistories: boolean): string | undefined {
    for (const [schemaVersion, names] of wantedIn(ladder, stage, isOfHistories)) {
      const never = names.filter((name) => !this.blockTypes.has(name));
      if (never.length === 0) continue;
      const made = typesMade(ladder, stage.type, schemaVersion);
      const lacking = never.find((name) => !made.has(name));
      if (lacking !== undefined)
        return `no valid page of type "${stage.type}" with a block of type "${lacking}" can be made up at schema version ${schemaVersion}`;
    }
    return undefined;
  }
}

/** Block types that a rung has to do with, on each of its sides that is tried, where the page has a place for blocks. */
function wantedIn(
  ladder: Ladder,
  { from, to, type }: Stage,
  isOfHistories: boolean,
): readonly (readonly [schemaVersion: number, names: readonly string[]])[] {
  if (Math.abs(from - to) !== 1) return []; // told of the rungs already
  const { rung } = ladder.at(Math.max(from, to));
  const sides = isOfHistories ? [from, to] : [from];
  return sides.flatMap((side) => {
    const { pages, blocks } = ladder.at(side).types;
    if (!/"\$ref":"blocks?"/.test(JSON.stringify(pages.get(type) ?? {}))) return [];
    const steps = side < Math.max(from, to) ? rung.up : rung.down;
    return [
      [
        side,
        [...new Set([...steps.keys(), ...rung.fields.keys()])].filter((name) => blocks.has(name)),
      ] as const,
    ];
  });
}

const known = new WeakMap<Ladder, Map<string, ReadonlySet<string>>>();

/** The types of the blocks in documents that are valid; as many documents are made up as it takes to see them all. */
function typesMade(ladder: Ladder, type: string, schemaVersion: number): ReadonlySet<string> {
  const ofLadder = known.get(ladder) ?? new Map<string, ReadonlySet<string>>();
  known.set(ladder, ofLadder);
  const key = JSON.stringify([type, schemaVersion]);
  const found = ofLadder.get(key) ?? madeUp(ladder, type, schemaVersion);
  ofLadder.set(key, found);
  return found;
}

function madeUp(ladder: Ladder, type: string, schemaVersion: number): ReadonlySet<string> {
  const { blocks } = ladder.at(schemaVersion).types;
  const documents = documentsOf(ladder, type, schemaVersion);
  const made = new Set<string>();
  for (let count = 0; count < documentLimit; count += documentsAtOnce) {
    for (const document of fc.sample(documents, { numRuns: documentsAtOnce, seed: count })) {
      if (ladder.faults(schemaVersion, type, document).length > 0) continue;
      for (const name of typesIn(document)) made.add(name);
    }
    if ([...blocks.keys()].every((name) => made.has(name))) break;
  }
  return made;
}

function typesIn(document: JsonObject): readonly string[] {
  return blocksIn(document).flatMap((block) => blockType(block) ?? []);
}
