import { openLadder } from '../../src/ladder/open-ladder.js';
import { projectionsOf } from '../../src/projections/index.js';

/** The rungs that come with the program. */
export const ladder = await openLadder();

export const projections = projectionsOf(ladder);
