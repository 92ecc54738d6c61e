import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram, type ProgramStart } from '../support/program.js';

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

const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A directory that does not outlive the tests of the file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-cli-'));
  directories.push(directory);
  return directory;
}

export function start(args: readonly string[], how: ProgramStart = {}): Running {
  const program = startProgram(args, how);
  const ended = program.closed.then((code): Ended => ({
    code,
    stdout: program.written.stdout,
    stderr: program.written.stderr,
  }));
  return {
    process: program.process,
    ended,
    says: (pattern) => program.says(pattern, 'stdout'),
    end: (signal) => {
      program.process.kill(signal);
      return ended;
    },
  };
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
