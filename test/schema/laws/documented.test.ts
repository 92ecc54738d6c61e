import { checkStage } from '../../../src/schema/laws/check-stage.js';
import { stagesOf } from '../../../src/schema/laws/stages.js';
import { documentedLadders } from './documented.js';

/** 200 seeds between them: of every ladder its own. */
const seedsEach = 25;

/** With the text that one of the rungs looks for, as `migrations check` finds it in the rung's source. */
const texts = { literals: ['<b>'], lengths: [140], stored: [] };

test.each(documentedLadders)(
  'operations that are used as documented obey all laws with every seed: %s',
  (about, ladderOf) => {
    const ladder = ladderOf();
    const first = 1 + seedsEach * documentedLadders.findIndex(([other]) => other === about);
    for (let seed = first; seed < first + seedsEach; seed++) {
      const found = stagesOf(ladder).flatMap((stage) => checkStage(ladder, stage, { runs: 1, seed, texts }));
      expect({ seed, found }).toEqual({ seed, found: [] });
    }
  },
);
