import type { Duty } from './duty.js';
import { finalityDuty } from './finality-duty.js';
import { leftoversDuty } from './leftovers-duty.js';

/** All that is done without anybody's asking. A new one is a file beside this and a line here. */
export const duties: readonly Duty[] = [finalityDuty, leftoversDuty];
