import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Body } from './body.js';

/** What to send besides method and path. */
export interface Sending {
  /** The secret; the administrator's when absent, none for null. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes go as they are, anything else as JSON. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `{}` when there is none. */
  readonly json: Body;
  /** The header `Position`; NaN when it is missing. */
  readonly position: number;
}

/** A server of its own: a real process on a temporary directory and a free port. */
export interface Server {
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  /** Starts it, or starts it again on the same directory. */
  start(): Promise<void>;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: it gets no chance to finish anything. */
  kill(): Promise<void>;
  /** Kills what runs and deletes the directory. */
  remove(): Promise<void>;
  /** @throws when the server can't be reached, or answers that it failed, which is a bug wherever it is seen */
  request(method: string, path: string, sending?: Sending): Promise<Answer>;
  /** What the processes have written on standard error. */
  readonly log: string;
  /** Where the log stands. */
  position(): Promise<number>;
}

/** The administrator's secret. */
export const adminSecret = 'secret-of-the-administrator-in-tests';

const dist = process.env.PALIMPSEST_DIST ?? fileURLToPath(new URL('../../dist', import.meta.url));

/** A server that runs from the first test of the file to the last. */
export function useServer(env: Readonly<Record<string, string>> = {}): Server {
  const server = makeServer(env);
  beforeAll(() => server.start());
  afterAll(() => server.remove());
  return server;
}

export function makeServer(env: Readonly<Record<string, string>> = {}): Server {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-http-'));
  let running: ChildProcess | undefined;
  let url = '';
  let log = '';

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const child = running;
    running = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  };

  const server: Server = {
    directory,
    get url() {
      return url;
    },
    get log() {
      return log;
    },
    get port() {
      return Number(new URL(url).port);
    },
    start: async () => {
      const child = spawn(
        process.execPath,
        [join(dist, 'cli/main.js'), 'serve', '--data', directory, '--port', '0'],
        {
          env: { ...process.env, PALIMPSEST_ADMIN_TOKEN: adminSecret, ...env },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      running = child;
      child.stderr.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
      for await (const line of createInterface(child.stdout)) {
        const listening = /^listening on (\S+)$/.exec(line)?.[1];
        if (listening === undefined) continue;
        url = listening;
        child.stdout.resume();
        return;
      }
      throw new Error(`the server ended before it listened:\n${log}`);
    },
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
    remove: async () => {
      await end('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
    request: async (method, path, sending = {}) => {
      const answer = await request(`${url}${path}`, method, sending);
      if (answer.status === 500 && answer.json.code !== 'storage-damaged')
        throw new Error(`${method} ${path} answered 500:\n${log}`);
      return answer;
    },
    position: async () => (await server.request('GET', '/healthz', { token: null })).position,
  };
  return server;
}

async function request(
  url: string,
  method: string,
  { token = adminSecret, headers, body }: Sending,
): Promise<Answer> {
  const isRaw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && {
      body: (isRaw ? body : JSON.stringify(body)) as string | Uint8Array<ArrayBuffer>,
    }),
  });
  const text = await response.text();
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: (isJson && text !== '' ? JSON.parse(text) : {}) as Body,
    position: Number(response.headers.get('position') ?? NaN),
  };
}
