import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as openRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Body } from './body.js';
import { requireDescribed } from './described.js';
import { quiet, startProgram, type Program } from './program.js';

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
  readonly bytes: Buffer;
  /** The body as JSON; `{}` when there is none. */
  readonly json: Body;
  /** The header `Position`; NaN when it is missing. */
  readonly position: number;
  /** The path and query that `Location` leads to, as seen from the address of the request; null when it is missing. */
  readonly location: string | null;
}

/** A server of its own: a real process on a temporary directory and a free port. */
export interface Server {
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  /** Of the process that was started last. */
  readonly pid: number;
  /** Starts it, or starts it again on the same directory. */
  start(): Promise<void>;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: it gets no chance to finish anything. */
  kill(): Promise<void>;
  /** Kills what runs and deletes the directory. */
  remove(): Promise<void>;
  /**
   * @throws when the server can't be reached, answers that it failed, which is a bug wherever it is seen, or answers what
   * the OpenAPI document doesn't say
   */
  request(method: string, path: string, sending?: Sending): Promise<Answer>;
  /** What the processes have written on standard error. */
  readonly log: string;
  /** Where the log stands. */
  position(): Promise<number>;
}

/** The administrator's secret. */
export const adminSecret = 'secret-of-the-administrator-in-tests';

/** A server that runs from the first test of the file to the last. */
export function useServer(env: Readonly<Record<string, string>> = {}): Server {
  const server = makeServer(env);
  beforeAll(() => server.start());
  afterAll(() => server.remove());
  return server;
}

export function makeServer(env: Readonly<Record<string, string>> = {}): Server {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-http-'));
  const started: Program[] = [];
  const shown = new Set([adminSecret]);
  let url = '';

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const running = started.at(-1);
    running?.process.kill(signal);
    return running?.closed ?? null;
  };

  const server: Server = {
    directory,
    get url() {
      return url;
    },
    get log() {
      return started.map(({ written }) => written.stderr).join('');
    },
    get port() {
      return Number(new URL(url).port);
    },
    get pid() {
      return started.at(-1)?.pid ?? 0;
    },
    start: async () => {
      const program = startProgram(['serve', '--data', directory, '--port', '0'], {
        env: { ...process.env, ...wholeLog, PALIMPSEST_ADMIN_TOKEN: adminSecret, ...env },
      });
      started.push(program);
      [, url = ''] = await program.says(/^listening on (\S+)$/m, 'stdout');
    },
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
    remove: async () => {
      await end('SIGKILL');
      requireNoSecretIn(server.log, shown);
      rmSync(directory, { recursive: true, force: true });
    },
    request: async (method, path, sending = {}) => {
      if (sending.token) shown.add(sending.token);
      const answer = await request(`${url}${path}`, method, sending);
      if (answer.status === 500 && answer.json.code !== 'storage-damaged')
        throw new Error(`${method} ${path} answered 500:\n${server.log}`);
      requireDescribed(method, path, answer);
      return answer;
    },
    position: async () => (await server.request('GET', '/healthz', { token: null })).position,
  };
  return server;
}

const wholeLog: typeof quiet = { PALIMPSEST_LOG_LEVEL: 'info', PALIMPSEST_LOG_REQUESTS: 'on' };

/** @throws where a log has a token that was sent */
function requireNoSecretIn(log: string, secrets: ReadonlySet<string>): void {
  const found = [...secrets].filter((secret) => secret.length >= 20 && log.includes(secret));
  if (found.length > 0) throw new Error(`the log of the server has the tokens ${found.join(', ')}`);
}

async function request(
  url: string,
  method: string,
  { token = adminSecret, headers, body }: Sending,
): Promise<Answer> {
  const isRaw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  const bytesSent = body === undefined ? undefined : Buffer.from(isRaw ? body : JSON.stringify(body));
  const response = await exchange(url, method, bytesSent, {
    ...(token !== null && { authorization: `Bearer ${token}` }),
    ...(bytesSent && { 'content-type': 'application/json', 'content-length': String(bytesSent.length) }),
    ...headers,
  });
  const { bytes } = response;
  const text = bytes.toString();
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    bytes,
    json: (isJson && text !== '' ? JSON.parse(text) : {}) as Body,
    position: Number(response.headers.get('position') ?? NaN),
    location: pathTo(response.headers.get('location'), url),
  };
}

const agent = new Agent({ keepAlive: true });

/** As `fetch` in a third of its time; redirections are not followed. @throws when there is no answer, or half of one */
function exchange(
  url: string,
  method: string,
  body: Buffer | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<Pick<Answer, 'status' | 'headers' | 'bytes'>> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      reject(new Error('there is no answer', { cause }));
    };
    const receive = (response: IncomingMessage): void => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', fail);
      response.on('end', () => {
        const { statusCode: status = 0, rawHeaders } = response;
        resolve({ status, headers: headersOf(rawHeaders), bytes: Buffer.concat(parts) });
      });
    };
    openRequest(url, { agent, method, headers }, receive).on('error', fail).end(body);
  });
}

/** @param raw names and values in turn */
function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let at = 0; at < raw.length; at += 2) headers.append(raw[at] ?? '', raw[at + 1] ?? '');
  return headers;
}

function pathTo(location: string | null, from: string): string | null {
  if (location === null) return null;
  const { pathname, search } = new URL(location, from);
  return pathname + search;
}
