import type { Ladder } from '../ladder.js';
import type { Case } from './case.js';
import { violationOf } from './check-stage.js';
import { rungOf, type Finding } from './finding.js';
import { lawNamed } from './laws.js';

/** Tries the law of a case on it; nothing where it holds by now. */
export function checkCase(ladder: Ladder, { seed, law: name, ...trial }: Case): Finding | undefined {
  const law = lawNamed(name);
  const violation = law && violationOf(ladder, law, trial);
  if (!violation) return undefined;
  const { from, to, type } = trial;
  const stage = { law: name, from, to, type };
  return { ...stage, rung: rungOf(stage), ...violation, trial, seed };
}
