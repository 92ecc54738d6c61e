import { Refusal } from '../../src/refusal.js';

/** The refusal that a call throws; anything else fails the test. */
export function refusalOf(call: () => unknown): Refusal {
  try {
    call();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('expected a refusal, and nothing was thrown');
}
