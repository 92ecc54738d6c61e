import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const dist = process.env.PALIMPSEST_DIST ?? fileURLToPath(new URL('../../dist', import.meta.url));

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A verb that runs as a process of its own. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Waits until standard output matches. @throws when the process ends first */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly end: (signal: NodeJS.Signals) => Promise<Ended>;
}

export interface Start {
  /** What comes in on standard input. */
  readonly input?: string | Buffer;
  /** The environment besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** The directory to run in. */
  readonly cwd?: string;
}

const started = new Set<ChildProcess>();
const directories: string[] = [];

afterAll(async () => {
  for (const child of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A directory that does not outlive the tests of the file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-cli-'));
  directories.push(directory);
  return directory;
}

export function start(
  args: readonly string[],
  { input = '', env = {}, cwd = process.cwd() }: Start = {},
): Running {
  const child = spawn(process.execPath, [join(dist, 'cli/main.js'), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    cwd,
    stdio: 'pipe',
  });
  started.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  // Who refuses its arguments does not read its input.
  child.stdin.on('error', () => undefined).end(input);
  const ended = once(child, 'close').then(([code]): Ended => ({
    code: code as number | null,
    stdout,
    stderr,
  }));

  const says = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(stdout);
        if (found) resolve(found);
      };
      child.stdout.on('data', look);
      look();
      void ended.then(({ code }) => {
        reject(
          new Error(`it ended with ${String(code)} before it said ${String(pattern)}:\n${stdout}${stderr}`),
        );
      });
    });
  const end = (signal: NodeJS.Signals): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  return { process: child, ended, says, end };
}

/** Runs a verb to its end. */
export function run(...args: readonly string[]): Promise<Ended> {
  return start(args).ended;
}

/** Runs a verb that has to succeed; answers what it wrote. @throws when it fails */
export async function succeed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}:\n${stderr}${stdout}`);
  return stdout;
}

/** The same with `--json`. */
export async function ask<T>(...args: readonly string[]): Promise<T> {
  return JSON.parse(await succeed(...args, '--json')) as T;
}

/** What stderr has to be when a verb can't do its work: one sentence, no stack. */
export function sentence(part: string): unknown {
  const escaped = part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return expect.stringMatching(new RegExp(`^palimpsest: [^\\n]*${escaped}[^\\n]*\\n$`));
}
