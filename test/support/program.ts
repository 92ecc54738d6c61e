import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The built program. */
export const dist = process.env.PALIMPSEST_DIST ?? fileURLToPath(new URL('../../dist', import.meta.url));

/** What a server says of its own accord stays away: tests hold what it says against what they have asked for. */
export const quiet = { PALIMPSEST_LOG_LEVEL: 'warn', PALIMPSEST_LOG_REQUESTS: 'off' };

export interface ProgramStart {
  /** The environment besides PATH and `quiet`. */
  readonly env?: NodeJS.ProcessEnv;
  /** What comes in on standard input; nothing. */
  readonly input?: string | Buffer;
  /** The directory to run in; this process's. */
  readonly cwd?: string;
  /** Another release than the built one, by its `main.js`. */
  readonly main?: string;
  /** Another copy of Node than this one. */
  readonly node?: string;
}

/** The program as a process of its own. */
export interface Program {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What it has written so far, and whoever got its output from it; `output` is both as they came. */
  readonly written: { readonly stdout: string; readonly stderr: string; readonly output: string };
  /** Its exit code, null when a signal ended it, once it is gone; its successor may still be there. */
  readonly exited: Promise<number | null>;
  /** The same once nobody can write to its output any more. */
  readonly closed: Promise<number | null>;
  /** Waits until what it has written matches. @throws when it ends first */
  says(pattern: RegExp, where?: 'stdout' | 'output'): Promise<RegExpExecArray>;
}

const started = new Set<Program>();

afterAll(async () => {
  for (const program of started) {
    if (isGone(program)) continue;
    program.process.kill('SIGKILL');
    await program.exited;
  }
});

function isGone({ process: { exitCode, signalCode } }: Program): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Starts a verb of the program; what still runs when the tests of the file are over is killed. */
export function startProgram(
  args: readonly string[],
  {
    env = {},
    input = '',
    cwd = process.cwd(),
    main = join(dist, 'cli/main.js'),
    node = process.execPath,
  }: ProgramStart = {},
): Program {
  const child = spawn(node, [main, ...args], {
    env: { PATH: process.env['PATH'], ...quiet, ...env },
    cwd,
    stdio: 'pipe',
  });
  const written = { stdout: '', stderr: '', output: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      written[name] += part;
      written.output += part;
      for (const listener of [...listeners]) listener();
    });
  }
  // Who refuses its arguments does not read its input.
  child.stdin.on('error', () => undefined).end(input);
  const closed = once(child, 'close').then(([code]) => code as number | null);
  const exited = once(child, 'exit').then(async ([code]) => {
    // What it wrote last is on its way; a successor that keeps the pipes keeps `close` from coming.
    await Promise.race([closed, wait(50)]);
    return code as number | null;
  });
  const says: Program['says'] = (pattern, where = 'output') =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(written[where]);
        if (!found) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
      void exited.then((code) => {
        listeners.delete(look);
        reject(
          new Error(`it ended with ${String(code)} before it said ${String(pattern)}:\n${written.output}`),
        );
      });
    });
  const program: Program = { process: child, pid: child.pid ?? 0, written, exited, closed, says };
  started.add(program);
  return program;
}
