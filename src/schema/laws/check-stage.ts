import fc from 'fast-check';
import type { JsonObject } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { declaredLosses, lossesThatNeverOccur } from './declared-losses.js';
import { anythingOf, documentsOf } from './documents.js';
import { rungOf, type Finding } from './finding.js';
import { Generated } from './generated.js';
import { enacted, plansOf, type Plan } from './histories.js';
import type { Law, Violation } from './law.js';
import { lawNamed } from './laws.js';
import type { CheckOptions, Stage } from './stage.js';
import { textSweep, withoutMembers } from './text-sweep.js';
import { noTexts, type Texts } from './texts.js';
import { versionsBetween, type Trial } from './trial.js';

/** How many examples are looked at to make a counterexample smaller. */
const shrinkLimit = 2_000;

/** Looks for examples in which a law doesn't hold, and makes the first one smaller. */
export function checkStage(ladder: Ladder, stage: Stage, options: CheckOptions): readonly Finding[] {
  if (stage.law === declaredLosses.name) return lossesThatNeverOccur(ladder, stage, options);
  const law = lawNamed(stage.law);
  if (!law) throw new Error(`there is no law "${stage.law}"`);
  try {
    const found =
      law.triedOn === 'histories'
        ? inHistories(ladder, law, stage, options)
        : inDocuments(ladder, law, stage, options);
    return found ? [found] : [];
  } catch (error) {
    if (error instanceof CannotGenerate)
      return [
        findingOf(stage, options, { pointer: '', message: `generated nothing: ${error.message}` }, null),
      ];
    throw error;
  }
}

/** Nothing that the law is about could be made up, so that it was not tried. */
class CannotGenerate extends Error {}

function inDocuments(ladder: Ladder, law: Law, stage: Stage, options: CheckOptions): Finding | undefined {
  const { type, from, to } = stage;
  const isAnything = law.triedOn === 'anything';
  const documents = made(
    ladder,
    options,
    `${isAnything ? 'anything' : 'documents'} ${from} ${type}`,
    (texts) => (isAnything ? anythingOf : documentsOf)(ladder, type, from, texts),
  );
  const trialOf = (document: JsonObject): Trial | undefined => {
    if (!isAnything && ladder.faults(from, type, document).length > 0) return undefined;
    return { from, to, type, history: [{ kind: 'create', schemaVersion: from, document }] };
  };
  const found = search(ladder, law, stage, options, documents, trialOf);
  return found ?? (law.isOfTexts ? inTexts(ladder, law, stage, options, trialOf) : undefined);
}

function inTexts(
  ladder: Ladder,
  law: Law,
  stage: Stage,
  options: CheckOptions,
  trialOf: (document: JsonObject) => Trial | undefined,
): Finding | undefined {
  const violationIn = (document: JsonObject): Violation | undefined => {
    const trial = trialOf(document);
    if (trial) options.onTrial?.(trial);
    return trial && violationOf(ladder, law, trial);
  };
  for (const document of textSweep(ladder, stage, options)) {
    if (!violationIn(document)) continue;
    const smallest = withoutMembers(document, (one) => violationIn(one) !== undefined);
    const [trial, violation] = [trialOf(smallest), violationIn(smallest)];
    if (trial && violation) return findingOf(stage, options, violation, trial);
  }
  return undefined;
}

function inHistories(ladder: Ladder, law: Law, stage: Stage, options: CheckOptions): Finding | undefined {
  const { type, from, to } = stage;
  const served = versionsBetween({ ...stage, history: [] }).filter((version) => version >= ladder.floor);
  const known = versionsBetween({ ...stage, history: [] }).filter((version) =>
    ladder.at(version).types.pages.has(type),
  );
  const plans = made(ladder, options, `plans ${from} ${to} ${type}`, (texts) =>
    plansOf(ladder, type, known, texts),
  );
  return search(ladder, law, stage, options, plans, (list: readonly Plan[]) => {
    const [first] = list;
    if (first?.kind !== 'create' || ladder.faults(first.schemaVersion, type, first.document).length > 0)
      return undefined;
    const history = enacted(ladder, type, list, served, (soFar) => {
      options.onTrial?.({ from, to, type, history: soFar });
    });
    return history && { from, to, type, history };
  });
}

const makers = new WeakMap<Ladder, WeakMap<Texts, Map<string, unknown>>>();

/** What examples are made by, which many stages share. @throws CannotGenerate */
function made<T>(
  ladder: Ladder,
  { texts = noTexts }: CheckOptions,
  key: string,
  make: (texts: Texts) => fc.Arbitrary<T>,
): fc.Arbitrary<T> {
  const ofLadder = makers.get(ladder) ?? new WeakMap<Texts, Map<string, unknown>>();
  makers.set(ladder, ofLadder);
  const known = ofLadder.get(texts) ?? new Map<string, unknown>();
  ofLadder.set(texts, known);
  try {
    const maker = (known.get(key) as fc.Arbitrary<T> | undefined) ?? make(texts); // the key says what it makes
    known.set(key, maker);
    return maker;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CannotGenerate(`no documents can be made up for this type: ${reason}`, { cause });
  }
}

/** @param trialOf nothing for an example that is none */
function search<T>(
  ladder: Ladder,
  law: Law,
  stage: Stage,
  options: CheckOptions,
  examples: fc.Arbitrary<T>,
  trialOf: (example: T) => Trial | undefined,
): Finding | undefined {
  const { runs, seed, onTrial } = options;
  const generated = new Generated();
  let shrinks = -1;
  const holds = fc.property(examples, (example) => {
    if (shrinks >= 0 && ++shrinks > shrinkLimit) return true;
    const trial = trialOf(example);
    fc.pre(trial !== undefined);
    onTrial?.(trial);
    generated.note(trial);
    const isBroken = violationOf(ladder, law, trial) !== undefined;
    if (isBroken && shrinks < 0) shrinks = 0;
    return !isBroken;
  });
  const { failed, counterexample } = fc.check(holds, { numRuns: runs, seed, maxSkipsPerRun: 50 });
  if (!failed) {
    const missing =
      law.triedOn === 'anything' ? undefined : generated.missing(ladder, stage, law.triedOn === 'histories');
    if (missing !== undefined) throw new CannotGenerate(missing);
    return undefined;
  }
  const trial = counterexample && trialOf(counterexample[0]);
  const violation = trial && violationOf(ladder, law, trial);
  if (!violation) throw new CannotGenerate('hardly any document that can be made up for this type is valid');
  return findingOf(stage, options, violation, trial);
}

/** A law that can't even be tried because something throws is broken, too. */
export function violationOf(ladder: Ladder, law: Law, trial: Trial): Violation | undefined {
  try {
    return law.violation(ladder, trial);
  } catch (error) {
    return { pointer: '', message: `throws: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function findingOf(stage: Stage, { seed }: CheckOptions, violation: Violation, trial: Trial | null): Finding {
  return { ...stage, rung: rungOf(stage), ...violation, trial, seed };
}
