import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '../../src/log/database.js';
import { chain, genesisHash, hashPayload } from '../../src/log/digest.js';
import { contentOf } from '../../src/events/event.js';
import { readHead } from '../../src/log/log.js';
import { readLog } from '../../src/log/read-log.js';
import { startProgram, type Program } from '../support/program.js';
import { adminSecret, exchange } from '../support/server.js';

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** A release that runs: `output` is all that it has written. */
export interface Release extends Program {
  readonly output: () => string;
  readonly ended: Promise<Ended>;
}

/** A data directory, and the processes that work on it. */
export interface Site {
  readonly data: string;
  /** Of whoever serves. */
  port: number;
  host: string;
  /** Starts a verb of a release; `node`: by another copy of Node than this one. */
  start(
    main: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    node?: string,
  ): Release;
  /** Starts a server and waits until it listens. */
  serve(main: string, env?: Readonly<Record<string, string>>): Promise<Release>;
  /** Runs a verb to its end. */
  run(main: string, ...args: readonly string[]): Promise<Ended>;
  get(path: string, schemaVersion?: number): Promise<{ status: number; json: Record<string, unknown> }>;
  /** Publishes a page; answers the position of the event. */
  publish(page: string): Promise<{ position: number }>;
  /** What the database says about who is in charge, whoever answers. */
  system(): Promise<{ version: string; mode: string; epoch: number; position: number; hash: string }>;
  /** Kills everybody and deletes everything. */
  remove(): Promise<void>;
}

const sites = new Set<Site>();

afterEach(async () => {
  for (const site of [...sites]) await site.remove();
});

export function makeSite(): Site {
  const data = mkdtempSync(join(tmpdir(), 'palimpsest-site-'));
  const started: Release[] = [];
  let port = 0;
  let host = '127.0.0.1';
  const urlOf = (path: string): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
  const site: Site = {
    data,
    get host() {
      return host;
    },
    set host(given) {
      host = given;
    },
    get port() {
      return port;
    },
    set port(given) {
      port = given;
    },
    start: (main, args, env = {}, node) => {
      const release = startRelease([...args, '--data', data], env, main, node);
      started.push(release);
      return release;
    },
    serve: async (main, env) => {
      const release = site.start(main, ['serve', '--host', host, '--port', String(port)], env);
      const [, url = ''] = await release.says(/^listening on (http:\S+)$/m);
      port = Number(new URL(url).port);
      return release;
    },
    run: (main, ...args) => site.start(main, args).ended,
    get: async (path, schemaVersion) => {
      const { status, bytes } = await exchange(urlOf(path), 'GET', undefined, {
        authorization: `Bearer ${adminSecret}`,
        connection: 'close',
        ...(schemaVersion !== undefined && { 'schema-version': String(schemaVersion) }),
      });
      return { status, json: JSON.parse(bytes.toString()) as Record<string, unknown> };
    },
    publish: async (page) => {
      const response = await fetch(urlOf(`/pages/${page}/publish`), {
        method: 'POST',
        headers: { authorization: `Bearer ${adminSecret}`, 'schema-version': '1', connection: 'close' },
      });
      if (response.status !== 200) throw new Error(await response.text());
      return { position: Number(response.headers.get('position')) };
    },
    system: async () => (await site.get('/system')).json as never,
    remove: async () => {
      sites.delete(site);
      for (const { process: child } of started) child.kill('SIGKILL');
      for (const pid of processesOn(data)) process.kill(pid, 'SIGKILL');
      await until(() => processesOn(data).length === 0, 'everybody is gone');
      rmSync(data, { recursive: true, force: true });
    },
  };
  sites.add(site);
  return site;
}

function startRelease(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  main: string,
  node = process.execPath,
): Release {
  const program = startProgram(args, { env: { PALIMPSEST_ADMIN_TOKEN: adminSecret, ...env }, main, node });
  const output = (): string => program.written.output;
  // Not `closed`: a successor keeps the pipes of whoever started it.
  return { ...program, output, ended: program.exited.then((code) => ({ code, output: output() })) };
}

/** Whether anybody accepts connections there. */
export function isListening({ host, port }: Pick<Site, 'host' | 'port'>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

/** Pids of all processes that were told to work on a data directory, whoever started them, and with which verb. */
export function processesOn(data: string, verb = ''): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => [data, verb].every((part) => commandOf(pid).includes(part)));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** `T`: stopped (proc(5)); nothing when it is gone. */
export function stateOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0];
  } catch {
    return undefined;
  }
}

export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string | (() => string),
  limitMs = 600_000,
): Promise<void> {
  const startedMs = performance.now();
  while (!(await isSo())) {
    await wait(20);
    if (performance.now() - startedMs <= limitMs) continue;
    throw new Error(`not within ${limitMs} ms: ${typeof what === 'string' ? what : what()}`);
  }
}

/** One sentence on stderr, no stack, and this exit code. */
export async function expectRefused(
  site: Site,
  main: string,
  args: readonly string[],
  code: number,
  part: string,
): Promise<void> {
  const ended = await site.run(main, ...args);
  expect(ended.output).toContain(part);
  expect(ended.output.split('\n').filter((line) => line.startsWith('palimpsest: '))).toHaveLength(1);
  expect(ended.output).not.toMatch(/^ {4}at /m);
  expect(ended.code).toBe(code);
}

/** Every event in a database, by position: the stream it belongs to and its hash. @throws when the chain breaks */
export function chainOf(file: string): readonly { readonly stream: string; readonly hash: string }[] {
  const db = openDatabase(file, 'read');
  try {
    let hash = genesisHash;
    const events = [];
    for (const event of readLog(db)) {
      hash = chain(hash, event);
      const content = contentOf(event);
      const isWhole =
        event.hash === hash &&
        event.payloadHash === hashPayload(event.payloadSalt ?? '', JSON.stringify(event.data), content);
      if (!isWhole) throw new Error(`the chain of ${file} breaks at position ${event.position}`);
      events.push({ stream: event.stream, hash });
    }
    expect(readHead(db)).toEqual({ position: events.length, hash });
    return events;
  } finally {
    db.close();
  }
}

/** Names in the data directory and in `run/`, without what is there in any running installation. */
function leftovers(data: string): readonly string[] {
  const usual =
    /^(content|db\.sqlite(-wal|-shm)?|run|owner\.lock(-journal)?|upgrade\.lock(-journal)?|control-\d+\.sock)$/;
  return [...readdirSync(data), ...readdirSync(join(data, 'run'))].filter((name) => !usual.test(name)).sort();
}

/**
 * These are left, and nothing else but for a moment: a verb that is just starting looks at the write-ahead log by a file of its
 * own, and the old one of an upgrade is freed beside the requests.
 */
export async function expectLeft({ data }: Site, names: readonly string[]): Promise<void> {
  const wanted = names.join();
  await until(
    () => leftovers(data).join() === wanted,
    () => `what is left is [${wanted}], not [${leftovers(data).join()}]`,
  );
}

/** The older version is in charge, and nothing of an upgrade is left. */
export async function expectUntouched(site: Site): Promise<void> {
  expect((await site.system()).version).toBe('1.0.0');
  await expectLeft(site, []);
}

/** Each write that was acknowledged is in the log, at its position. */
export function expectAllKept(site: Site, acknowledged: readonly { page: string; position: number }[]): void {
  const events = chainOf(join(site.data, 'db.sqlite'));
  expect(acknowledged.filter(({ page, position }) => events[position - 1]?.stream !== page)).toEqual([]);
}
