import { Committed } from '../../src/http/committed.js';
import { streamEvents } from '../../src/http/event-stream.js';
import type { FeedEvent } from '../../src/queries/list-events.js';

const event = (position: number): FeedEvent => ({ position, type: 'PageSaved', json: '{}' });

/** A log of which a stream shows the events at some positions; notes from where it was read. */
function streaming(shown: readonly number[], isStillAllowed: () => boolean = () => true) {
  const committed = new Committed();
  const readAfter: number[] = [];
  const read = (after: number): Promise<readonly FeedEvent[]> => {
    readAfter.push(after);
    return Promise.resolve(shown.filter((position) => position > after).map(event));
  };
  return { committed, readAfter, frames: streamEvents({ after: 0, read, committed, isStillAllowed }) };
}

async function idsOf(frames: AsyncIterable<string>): Promise<readonly number[]> {
  const ids: number[] = [];
  for await (const frame of frames) {
    const id = /^id: (\d+)$/m.exec(frame)?.[1];
    if (id !== undefined) ids.push(Number(id));
  }
  return ids;
}

test('nothing is delivered any more to whom the right is taken between two events', async () => {
  let delivered = 0;
  const { committed, frames } = streaming([1, 2, 3], () => delivered++ < 3); // asked on waking, and for each event
  committed.announce(3);
  expect(await idsOf(frames)).toEqual([1, 2]);
});

test('what a filter leaves out is read over once', async () => {
  const { committed, readAfter, frames } = streaming([2]);
  const ids = idsOf(frames);
  for (const position of [5, 9]) {
    committed.announce(position);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  committed.stop();
  expect(await ids).toEqual([2]);
  expect(readAfter).toEqual([0, 2, 5]);
});
