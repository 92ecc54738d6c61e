import type { Outcome } from '../commands/change-set.js';
import type { Writer } from '../commands/change-set.js';
import { noRoom } from '../log/storage-refusal.js';
import { refusalFacts } from '../refusal.js';

/**
 * A writer on a disk that may be full when it starts. `isReady` tries to begin, and answers whether there is room now;
 * until then everything is refused.
 */
export function whenThereIsRoom(writer: Writer, isReady: () => Promise<boolean>): Writer {
  return {
    submit: async (changeSet) => {
      if (!(await isReady())) return refused();
      return writer.submit(changeSet);
    },
    swapProjections: async (swap) => {
      if (!(await isReady())) throw noRoom();
      await writer.swapProjections(swap);
    },
    close: () => writer.close(),
  };
}

function refused(): Outcome {
  return { kind: 'refused', position: 0, index: 0, refusal: refusalFacts(noRoom()) };
}
