import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { OperatorError, exitCodes } from '../../installation/operator-error.js';

/** Where the `git` program is looked for (the form of PATH), and the directory it runs in, which has to exist. */
export interface GitPlace {
  readonly searchPath: string;
  readonly directory: string;
  /** Where the repository is, and its files, if git is not to look for them. */
  readonly repository?: string;
  readonly workTree?: string;
}

export interface RunningGit {
  readonly process: ChildProcessWithoutNullStreams;
  /** Settles when the program has ended. @throws GitFailed, GitMissing */
  readonly ended: Promise<void>;
  /** Ends the program, unless it has ended, and forgets what it still had to say. */
  readonly stop: () => void;
}

/** In the words of strerror(3), which `git` runs into as we do. */
const noRoom = /No space left on device|Disk quota exceeded|File too large|SIGXFSZ/;

/** `said`: the last line that git wrote to stderr. */
export class GitFailed extends OperatorError {
  constructor(
    readonly command: string,
    readonly said: string,
  ) {
    const code = noRoom.test(said) ? exitCodes.cannotCreate : exitCodes.badData;
    super(code, `git ${command} failed: ${said}`);
  }
}

class GitMissing extends OperatorError {
  constructor(message: string, options?: ErrorOptions) {
    super(exitCodes.unavailable, message, options);
  }
}

/**
 * What a user, a system or a repository may have configured that would change an answer, start another program
 * or reach for the network. `safe.directory`: the operator named the repository, and nothing in it is run.
 */
const settings = [
  'core.quotePath=false',
  'core.useReplaceRefs=false',
  'core.attributesFile=/dev/null',
  'core.autocrlf=false',
  'core.hooksPath=/dev/null',
  'diff.orderFile=/dev/null',
  'diff.relative=false',
  'log.showSignature=false',
  'log.mailmap=false',
  'protocol.allow=never',
  'safe.directory=*',
].flatMap((setting) => ['-c', setting]);

const environment = {
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_GRAFT_FILE: '/dev/null',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
};

/** Starts `git` with nothing of the caller's environment but the search path. The first argument is its command. */
export function startGit(place: GitPlace, args: readonly string[]): RunningGit {
  const process = spawn('git', [...settings, ...args], {
    cwd: place.directory,
    env: {
      ...environment,
      PATH: place.searchPath,
      ...(place.repository !== undefined && { GIT_DIR: place.repository }),
      ...(place.workTree !== undefined && { GIT_WORK_TREE: place.workTree }),
    },
    stdio: 'pipe',
  });
  // A program that dies leaves a broken pipe behind; why it died is told by `ended`.
  process.stdin.on('error', () => undefined);
  const ended = settle(process, args[0] ?? '');
  // Whoever reads the output learns of a failure later than the runtime, which ends on one that nobody awaits yet.
  ended.catch(() => undefined);
  const stop = (): void => {
    process.kill();
    process.stdout.destroy();
  };
  return { process, ended, stop };
}

/** Runs `git` to its end and gives back what it wrote. @throws GitFailed, GitMissing */
export async function askGit(place: GitPlace, args: readonly string[]): Promise<string> {
  const { process, ended } = startGit(place, args);
  process.stdin.end();
  const parts: Buffer[] = [];
  process.stdout.on('data', (part: Buffer) => parts.push(part));
  await ended;
  return Buffer.concat(parts).toString('utf8');
}

async function settle(process: ChildProcessWithoutNullStreams, command: string): Promise<void> {
  let said = '';
  process.stderr.setEncoding('utf8').on('data', (part: string) => {
    said = (said + part).slice(-saidLimit);
  });
  let code: unknown, signal: unknown;
  try {
    [code, signal] = (await once(process, 'close')) as unknown[];
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new GitMissing('the program git was not found: install it, or put its directory into PATH', {
      cause,
    });
  }
  if (code === 0) return;
  const reason = typeof signal === 'string' ? `it was ended by ${signal}` : `exit code ${String(code)}`;
  throw new GitFailed(
    command,
    said
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^fatal: /, '') || reason,
  );
}

const saidLimit = 4000;
