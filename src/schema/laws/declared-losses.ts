import fc from 'fast-check';
import { blockId, blocksIn, blockType } from '../blocks.js';
import { isArray, isObject, member, sameJson, type JsonObject, type JsonValue } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import type { Path } from '../operations/operation.js';
import { documentsOf } from './documents.js';
import { rungOf, type Finding } from './finding.js';
import type { CheckOptions, Stage } from './stage.js';
import { converted } from './trial.js';

/** The law that is no property of single documents: it takes many to say that something never happens. */
export const declaredLosses = {
  name: 'declared losses',
  statement:
    'what a rung says that it loses is lost in some document; that nothing else is, the law "faithful" says',
} as const;

/** A type of which an author says that something of it is lost on one side of a rung. */
interface Loss {
  readonly type: string;
  readonly reason: string;
  /** The fields that it is lost from. */
  readonly paths: readonly Path[];
}

/** Losses that are declared for one side of a rung and never come about there and back. */
export function lossesThatNeverOccur(
  ladder: Ladder,
  stage: Stage,
  options: CheckOptions,
): readonly Finding[] {
  const { from, to, type } = stage;
  if (!ladder.leads(from, to) || !ladder.leads(to, from)) return [];
  const declared = lossesOn(ladder, from, to).filter(
    (loss) => loss.type === type || !ladder.at(from).types.pages.has(loss.type),
  );
  if (declared.length === 0) return [];
  const missing = new Set(declared);
  let seen = 0;
  for (const document of manyDocuments(ladder, stage, options)) {
    if (ladder.faults(from, type, document).length > 0) continue;
    options.onTrial?.({ from, to, type, history: [{ kind: 'create', schemaVersion: from, document }] });
    const there = converted(ladder, type, document, from, to).content;
    const back = converted(ladder, type, there, to, from).content;
    for (const loss of missing) {
      const [was, is] = [objectsOf(document, type, loss.type), objectsOf(back, type, loss.type)];
      seen += was.size;
      if (Array.from(was).some(([id, object]) => occurs(loss, object, is.get(id)))) missing.delete(loss);
    }
    if (missing.size === 0) return [];
  }
  // Pages without blocks have nothing to say of blocks.
  if (seen === 0) return [];
  return Array.from(missing, ({ type: losing, reason, paths }) => ({
    ...stage,
    rung: rungOf(stage),
    pointer: paths.map((path) => `/${path.join('/')}`).join(', '),
    message: `type "${losing}" declares a loss that never occurs ("${reason}"): take "lossy" away, or correct it`,
    trial: null,
    seed: options.seed,
  }));
}

/** Few are enough where losses are common; that one never occurs takes many to say. */
const documentLimit = 3_000;
const documentsAtOnce = 50;

function* manyDocuments(
  ladder: Ladder,
  { type, from }: Stage,
  { seed, texts }: CheckOptions,
): Generator<JsonObject> {
  const documents = documentsOf(ladder, type, from, texts);
  for (let count = 0; count < documentLimit; count += documentsAtOnce)
    yield* fc.sample(documents, { numRuns: documentsAtOnce, seed: seed + count });
}

function lossesOn(ladder: Ladder, from: number, to: number): readonly Loss[] {
  const isUp = to > from;
  const { rung } = ladder.at(Math.max(from, to));
  return Array.from(rung.fields).flatMap(([below, fields]) => {
    const reason = isUp ? fields.losses.up : fields.losses.down;
    if (reason === null) return [];
    const paths = isUp ? fields.hidden.below : fields.hidden.above;
    const names = isUp ? [below] : (rung.up.get(below)?.becomes ?? [below]);
    return names.map((type) => ({ type, reason, paths }));
  });
}

/** The page itself under the empty name, if it is of the type; blocks under their `_id`s. */
function objectsOf(document: JsonObject, pageType: string, type: string): ReadonlyMap<string, JsonObject> {
  if (type === pageType) return new Map([['', document]]);
  return new Map(
    blocksIn(document)
      .filter((block) => blockType(block) === type)
      .map((block) => [blockId(block) ?? '', block]),
  );
}

function occurs({ paths }: Loss, was: JsonObject, is: JsonObject | undefined): boolean {
  return paths.some((path) => !sameJson([...valuesAt(was, path)], is ? [...valuesAt(is, path)] : []));
}

function valuesAt(value: JsonValue | undefined, path: Path): readonly JsonValue[] {
  if (value === undefined) return [];
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  if (name === '*')
    return isArray(value) || isObject(value)
      ? Object.values(value).flatMap((item: JsonValue) => valuesAt(item, rest))
      : [];
  return isObject(value) ? valuesAt(member(value, name), rest) : [];
}
