import fc from 'fast-check';
import type { Ladder } from '../../../src/schema/ladder.js';
import { disagreement, historiesOf } from './against-naive.js';

/**
 * Looks for a history on which the merge and the naive reading of the contract don't agree.
 * @returns the smallest one, as text with the seed (`NAIVE_SEED` makes the same ones again); nothing where they agree
 */
export function firstDisagreement(ladder: Ladder, histories: number): string | undefined {
  const seed = Number(process.env['NAIVE_SEED'] ?? 901);
  process.stdout.write(`${histories} histories, NAIVE_SEED=${seed}\n`);
  const agrees = fc.property(historiesOf(ladder, 'page'), (history) => {
    fc.pre(history.length > 1);
    return disagreement(ladder, 'page', history) === undefined;
  });
  const { failed, counterexample } = fc.check(agrees, { numRuns: histories, seed, maxSkipsPerRun: 50 });
  if (!failed) return undefined;
  const [history] = counterexample ?? [[]];
  return JSON.stringify({ seed, history, ...disagreement(ladder, 'page', history) }, null, 1);
}
