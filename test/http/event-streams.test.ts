import { everywhere } from '../../src/access/rights.js';
import { accessOf } from '../../src/access/access.js';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Committed } from '../../src/http/edge/committed.js';
import { EventPage, type Shown } from '../../src/http/log/event-page.js';
import { EventStreams, type EventStream } from '../../src/http/log/event-streams.js';
import type { FeedEvent } from '../../src/queries/feed/feed-event.js';

const everything: Shown = { access: accessOf(everywhere('admin')), schemaVersion: 1 };

const event = (position: number, more: Partial<FeedEvent> = {}): FeedEvent => ({
  position,
  type: 'PageSaved',
  stream: 'a',
  json: '{}',
  ...more,
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Streams over a log of `events`, as many a page as said; notes from where it was read. */
async function streaming(events: FeedEvent[], { pageLength = 100, stalledMs = 100_000 } = {}) {
  const committed = new Committed();
  const readAfter: number[] = [];
  const read = (_shown: Shown, { event: after }: { readonly event: number }) => {
    readAfter.push(after);
    return { events: events.filter(({ position }) => position > after).slice(0, pageLength) };
  };
  const streams = new EventStreams({ read, committed, stalledMs });
  const asked: Partial<EventStream>[] = [];
  const server = createServer((_request, answer) => {
    answer.writeHead(200, {});
    const defaults = { after: 0, shown: everything, token: 't', isStillAllowed: () => true };
    streams.add({ answer, failed: () => undefined, ...defaults, ...asked.shift() });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async (stream: Partial<EventStream> = {}): Promise<IncomingMessage> => {
    asked.push(stream);
    const [response] = (await once(get({ port, agent: false }), 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    return response;
  };
  return { committed, readAfter, streams, open };
}

/** Collects ids until there are so many, or the stream ends. */
async function idsOf(response: IncomingMessage, most = Infinity): Promise<readonly number[]> {
  const texts: string[] = [];
  for await (const chunk of response.iterator({ destroyOnReturn: false })) {
    texts.push(String(chunk));
    if (texts.at(-1)?.endsWith('\n\n') && ids(texts.join('')).length >= most) break;
  }
  return ids(texts.join(''));
}

function ids(text: string): readonly number[] {
  return [...text.matchAll(/^id: (\d+)\n.*\n.*\n\n/gm)].map(([, id]) => Number(id));
}

test('nothing is delivered any more to whom the right is taken between two pages', async () => {
  let asked = 0;
  const { committed, open } = await streaming([event(1), event(2), event(3)], { pageLength: 1 });
  committed.announce(3);
  const stream = await open({ isStillAllowed: () => asked++ < 3 });
  const delivered = await idsOf(stream);
  expect(delivered.length).toBeGreaterThan(0);
  expect(delivered).toEqual([1, 2, 3].slice(0, delivered.length));
  expect(delivered.length).toBeLessThan(3);
});

test('what a filter leaves out is read over once', async () => {
  const { committed, readAfter, open } = await streaming([event(2)]);
  const delivered = idsOf(await open());
  for (const [position, reads] of [
    [5, 2],
    [9, 3],
  ] as const) {
    committed.announce(position);
    while (readAfter.length < reads) await wait(5);
  }
  committed.stop();
  expect(await delivered).toEqual([2]);
  expect(readAfter).toEqual([0, 2, 5]);
});

test('a hundred streams that are level with the log have it read once for each page that is new', async () => {
  const log: FeedEvent[] = [];
  const { committed, readAfter, open } = await streaming(log);
  const opened = await Promise.all(Array.from({ length: 100 }, () => open()));
  const texts = opened.map((response) => {
    const received = { text: '' };
    response.on('data', (chunk) => (received.text += String(chunk)));
    return received;
  });
  for (const position of [1, 2, 3]) {
    log.push(event(position));
    committed.announce(position);
    while (texts.some(({ text }) => ids(text).length < position)) await wait(5);
  }
  expect(new Set(texts.map(({ text }) => String(ids(text))))).toEqual(new Set(['1,2,3']));
  expect(readAfter).toEqual([0, 1, 2]);
});

test('streams that catch up together have each page read once', async () => {
  const log = Array.from({ length: 1000 }, (_, n) => event(n + 1));
  const { committed, readAfter, open } = await streaming(log, { pageLength: 250 });
  const opened = await Promise.all(Array.from({ length: 50 }, () => open()));
  const received = opened.map((response) => idsOf(response, 1000));
  committed.announce(1000);
  for (const delivered of await Promise.all(received)) expect(delivered).toHaveLength(1000);
  expect(readAfter).toEqual([0, 250, 500, 750]);
});

test('streams that nobody reads hold no more than four pages of a token, which others do not wait for', async () => {
  const large = `"${'x'.repeat(9 * 1024 * 1024)}"`; // more than kernels keep
  const log = Array.from({ length: 30 }, (_, n) => event(n + 1, { json: large }));
  const { committed, readAfter, streams, open } = await streaming(log, { pageLength: 1 });
  committed.announce(30);
  const deaf: IncomingMessage[] = [];
  for (let after = 0; after < 20; after++) deaf.push(await open({ after }));
  while (readAfter.length < 4) await wait(5);
  expect(streams.pagesInMemory).toBe(4);
  const reading = await open({ after: 25, token: 'other' });
  expect(await idsOf(reading, 5)).toEqual([26, 27, 28, 29, 30]);
  expect(readAfter.filter((after) => after < 20)).toEqual([0, 1, 2, 3]);
  for (const response of deaf.splice(0, 4)) response.destroy();
  while (readAfter.filter((after) => after < 20).length < 8) await wait(5);
  expect(streams.pagesInMemory).toBeLessThanOrEqual(8);
  for (const response of deaf) response.destroy();
  committed.stop();
  while (streams.pagesInMemory > 0) await wait(5);
});

test('a stream that nobody reads ends, and gives back what it had', async () => {
  const log = [event(1, { json: `"${'x'.repeat(9 * 1024 * 1024)}"` })];
  const { committed, streams, open } = await streaming(log, { stalledMs: 200 });
  committed.announce(1);
  const response = await open();
  while (streams.count > 0) await wait(5);
  expect(await idsOf(response).catch(() => 'cut off')).toBe('cut off');
});

test('of one page each stream is shown what it may see and has asked for', () => {
  const page = new EventPage(
    [
      event(1, { type: 'TokenCreated', stream: 't' }),
      event(2, { type: 'PageCreated' }),
      event(3, { stream: 'b' }),
      event(4),
      event(5, { type: 'TokenRevoked', stream: 't' }),
    ],
    5,
  );
  const shown = (which: Partial<Shown>): readonly number[] =>
    ids(Buffer.concat(page.partsFor({ ...everything, ...which })).toString());
  expect(shown({})).toEqual([1, 2, 3, 4, 5]);
  expect(shown({ access: accessOf(everywhere('editor')) })).toEqual([2, 3, 4]);
  expect(shown({ stream: 'a' })).toEqual([2, 4]);
  expect(shown({ type: 'PageSaved', stream: 'b' })).toEqual([3]);
  expect(shown({ access: accessOf(everywhere('editor')), type: 'TokenRevoked' })).toEqual([]);
});
