import { get, type IncomingMessage } from 'node:http';

interface StreamedEvent {
  readonly id: number;
  readonly type: string;
  readonly data: unknown;
}

/** A connection to `GET /events` that is kept open. Nothing is read before it is asked for. */
export interface OpenStream {
  readonly events: AsyncGenerator<StreamedEvent>;
  /** Reads on and drops everything until the server ends the stream. */
  ended(): Promise<void>;
  close(): void;
}

export async function openStream(
  url: string,
  token: string,
  headers: Readonly<Record<string, string>>,
  query = '',
): Promise<OpenStream> {
  const sent = { accept: 'text/event-stream', authorization: `Bearer ${token}`, ...headers };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${url}/events${query}`, { headers: sent, agent: false }, resolve).on('error', reject);
  });
  if (response.statusCode !== 200) throw new Error(`the stream answered ${response.statusCode ?? 'nothing'}`);
  // Cutting the connection is part of the tests.
  response.on('error', () => undefined);
  return {
    events: readEvents(response),
    ended: () =>
      new Promise((resolve) => {
        response.once('close', resolve);
        response.resume();
      }),
    close: () => response.destroy(),
  };
}

async function* readEvents(response: IncomingMessage): AsyncGenerator<StreamedEvent> {
  let rest = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) {
    const frames = (rest + chunk).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const fields = new Map(
        frame
          .split('\n')
          .map((line): [string, string] => [line.split(': ')[0] ?? '', line.slice(line.indexOf(': ') + 2)]),
      );
      const [id, data] = [fields.get('id'), fields.get('data')];
      if (id === undefined || data === undefined) continue;
      yield { id: Number(id), type: fields.get('event') ?? '', data: JSON.parse(data) };
    }
  }
}
