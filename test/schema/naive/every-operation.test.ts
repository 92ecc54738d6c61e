import { exampleLadder } from '../laws/ladders.js';
import { firstDisagreement } from './agree.js';

test('on a ladder with every operation, the merge gives what a naive reading of the contract gives', () => {
  expect(firstDisagreement(exampleLadder(), Number(process.env['NAIVE_RUNS'] ?? 500))).toBeUndefined();
});
