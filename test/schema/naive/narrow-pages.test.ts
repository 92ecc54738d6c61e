import { firstDisagreement } from './agree.js';
import { narrowLadder } from './narrow-ladder.js';

test('on pages full of hidden things, the merge gives what a naive reading of the contract gives', () => {
  expect(firstDisagreement(narrowLadder(), Number(process.env['NAIVE_RUNS'] ?? 1_500))).toBeUndefined();
});
