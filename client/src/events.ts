import type { components } from './openapi.js';
import { isProblem, ProblemError } from './problem.js';
import { comeBackMs, pause, type Send } from './retrying.js';

type Schemas = components['schemas'];

interface FeedFilter<Type> {
  /** The position after which to begin; default: the beginning. */
  readonly after?: number;
  readonly type?: Type;
  /** The id of the page that it is about. */
  readonly page?: string;
  readonly signal?: AbortSignal;
}

export type EventFilter = FeedFilter<Schemas['LogEvent']['type']>;
export type AppearanceFilter = FeedFilter<Schemas['PageAppearance']['kind']>;

/** What the server, or a proxy in front of one that restarts, answers for a while. */
const passing = [429, 502, 503, 504];

/** `Told`: what the server tells whoever asks. One connection after the other, each from where the one before got to. */
export async function* followEvents<Told>(
  send: Send,
  url: string,
  headers: Readonly<Record<string, string>>,
  { signal, ...filter }: FeedFilter<string>,
): AsyncGenerator<Told, void, undefined> {
  const query = new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]));
  let last: string | undefined;
  let pauseMs = 1000;
  const isOver = (): boolean => signal?.aborted ?? false;
  while (!isOver()) {
    const request = new Request(`${url}?${query.toString()}`, {
      headers: {
        ...headers,
        accept: 'text/event-stream',
        ...(last !== undefined && { 'last-event-id': last }),
      },
      cache: 'no-store',
      ...(signal && { signal }),
    });
    const answer = await send(request).catch(() => undefined);
    if (answer?.ok && answer.body) {
      for await (const { id, retry, data } of framesOf(answer.body)) {
        last = id ?? last;
        pauseMs = retry === undefined ? pauseMs : Number(retry);
        if (data !== undefined) yield JSON.parse(data) as Told;
      }
    } else if (answer && !passing.includes(answer.status)) {
      const body: unknown = await answer.json().catch(() => undefined);
      throw isProblem(body) ? new ProblemError(body) : new Error(`${url} answered ${answer.status}`);
    }
    await pause((answer && comeBackMs(answer)) ?? pauseMs, signal).catch(() => undefined);
  }
}

type Frame = Partial<Record<string, string>>;

/** The frames of a stream until it ends or is cut, which is the same: who follows it comes back. */
async function* framesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Frame, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const read = await reader.read().catch(() => undefined);
      if (!read || read.done) return;
      const frames = (rest + decoder.decode(read.value, { stream: true })).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) yield fieldsOf(frame);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function fieldsOf(frame: string): Frame {
  return Object.fromEntries(
    frame.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
    }),
  );
}
