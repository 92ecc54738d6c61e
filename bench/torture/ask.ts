/** One request of a decent client. */
import { Agent, request } from 'node:http';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** The header `Position`; NaN when it is missing. */
  readonly position: number;
}

/** Nothing came back for two minutes. */
export class Unheard extends Error {
  override readonly name = 'Unheard';
}

const patienceMs = 120_000;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** @throws Unheard; Error when the connection breaks */
export function ask(port: number, { method, path, token, headers, body }: Asked): Promise<Told> {
  return new Promise((resolve, reject) => {
    if (port === 0) {
      reject(new Error('no server listens'));
      return;
    }
    const sent = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }),
      ...headers,
    };
    const options = { host: '127.0.0.1', port, agent, method, path, headers: sent, timeout: patienceMs };
    const asked = request(options, (answer) => {
      const chunks: Buffer[] = [];
      answer
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .once('error', reject)
        .once('end', () => {
          const text = Buffer.concat(chunks).toString();
          const position = Number(answer.headers.position ?? NaN);
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, position });
        });
    });
    asked.once('timeout', () => asked.destroy(new Unheard(`${method} ${path}`)));
    asked.once('error', reject).end(body);
  });
}
