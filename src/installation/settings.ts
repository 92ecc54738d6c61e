import { levels } from 'pino';
import { OperatorError, exitCodes } from './operator-error.js';
import {
  defaultEdge,
  edgeLists,
  keyHeaderOf,
  listIn,
  networksOf,
  originsOf,
  type EdgeSettings,
} from './edge-settings.js';
import { issuersSetting } from './issuer-settings.js';
import { defaultFileMib, defaultMemory, defaultVariantsMib, type MemorySettings } from './memory-limits.js';

/** A step of an upgrade, of a first start or of an upload, at which a test wants this process to die or to freeze. */
export interface InjectedFault {
  readonly step: string;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

/** The environment, read here and nowhere else. */
export interface Settings {
  readonly dataDirectory: string;
  /** The directory of the ladder's rungs; none: those that came with the program. */
  readonly migrationsDirectory: string | undefined;
  /** A secret that is made sure to be an administrator's token whenever `serve` starts; only that looks at what it is. */
  readonly adminToken: string | undefined;
  /** Issuers of people's tokens, as JSON or as a file's path; only `serve` looks at what it is. */
  readonly issuers: string | undefined;
  /** How long a browser is signed in. */
  readonly sessionSeconds: number;
  /** On a terminal warnings and worse: what a first start says is to be read there. Elsewhere all that is of use later. */
  readonly logLevel: string;
  /** Whether the log has a line for each request. */
  readonly logRequests: boolean;
  readonly drainDelayMs: number;
  /** What clients can take of the server's memory. */
  readonly memory: MemorySettings;
  /** How large the file of an asset may be, in MiB. */
  readonly fileMib: number;
  /** How much of the disk variants of pictures may take, in MiB. */
  readonly variantsMib: number;
  /** Whom the server listens to; `serve` may be told other lists. */
  readonly edge: EdgeSettings;
  /** Where `git` is looked for: PATH. */
  readonly searchPath: string;
  /** `inline` answers large reads on the main thread: for measuring against threads; `threads` all of them there: for tests. */
  readonly reads: 'inline' | 'by size' | 'threads';
  /** A listening socket that whoever started this process has bound (sd_listen_fds(3)). */
  readonly inheritedSocket: { readonly fd: number } | undefined;
  /** The process that started this one, if the channel to it brings the listening socket. */
  readonly lentBy: number | undefined;
  /** Where systemd wants to hear who serves (sd_notify(3)). */
  readonly notifySocket: string | undefined;
  /** For tests only: where in an upgrade, a first start or an upload this process dies or freezes, and how large a new file may get. */
  readonly fault: InjectedFault | undefined;
  readonly pageLimit: number | undefined;
  /** How long an hour is, and how often duties are done: an hour, but for tests. */
  readonly hourMs: number;
  /** How long a request is held while the log changes hands; as the gate says, but for tests. */
  readonly holdMs: number | undefined;
}

/** @throws OperatorError 78 for a value that means nothing */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  return {
    dataDirectory: env.PALIMPSEST_DATA || './data',
    migrationsDirectory: env.PALIMPSEST_MIGRATIONS === '' ? undefined : env.PALIMPSEST_MIGRATIONS,
    adminToken: env.PALIMPSEST_ADMIN_TOKEN === '' ? undefined : env.PALIMPSEST_ADMIN_TOKEN,
    issuers: env[issuersSetting] || undefined,
    sessionSeconds: numberOf('PALIMPSEST_SESSION_SECONDS', env, 1, 12 * 60 * 60),
    logLevel: logLevelOf(env.PALIMPSEST_LOG_LEVEL || (process.stderr.isTTY ? 'warn' : 'info')),
    logRequests: isOn('PALIMPSEST_LOG_REQUESTS', env),
    drainDelayMs: millisecondsOf(env.PALIMPSEST_DRAIN_DELAY_MS || '0'),
    memory: {
      bodyMib: numberOf('PALIMPSEST_BODY_MIB', env, 24, defaultMemory.bodyMib),
      answerMib: numberOf('PALIMPSEST_ANSWER_MIB', env, 24, defaultMemory.answerMib),
      streams: numberOf('PALIMPSEST_STREAMS', env, 1, defaultMemory.streams),
      stalledMs: numberOf('PALIMPSEST_STALLED_MS', env, 1, defaultMemory.stalledMs),
    },
    fileMib: numberOf('PALIMPSEST_FILE_MIB', env, 1, defaultFileMib),
    variantsMib: numberOf('PALIMPSEST_VARIANTS_MIB', env, 1, defaultVariantsMib),
    edge: edgeOf(env),
    searchPath: env.PATH ?? '',
    reads: readsOf(env.PALIMPSEST_TEST_READS),
    inheritedSocket:
      env.LISTEN_FDS === '1' && env.LISTEN_PID === String(process.pid) ? { fd: firstInheritedFd } : undefined,
    lentBy: env.PALIMPSEST_LENT_SOCKET === undefined ? undefined : Number(env.PALIMPSEST_LENT_SOCKET),
    notifySocket: env.NOTIFY_SOCKET || undefined,
    fault: faultOf(env.PALIMPSEST_TEST_FAULT),
    pageLimit:
      env.PALIMPSEST_TEST_PAGE_LIMIT === undefined ? undefined : Number(env.PALIMPSEST_TEST_PAGE_LIMIT),
    hourMs: Number(env.PALIMPSEST_TEST_HOUR_MS || 60 * 60 * 1000),
    holdMs: env.PALIMPSEST_TEST_HOLD_MS === undefined ? undefined : Number(env.PALIMPSEST_TEST_HOLD_MS),
  };
}

function edgeOf(env: NodeJS.ProcessEnv): EdgeSettings {
  const { corsOrigins, trustedProxies } = edgeLists;
  return {
    corsOrigins: originsOf(listIn(env[corsOrigins]), corsOrigins, exitCodes.wrongVersion),
    trustedProxies: networksOf(listIn(env[trustedProxies]), trustedProxies, exitCodes.wrongVersion),
    requestsPerMinute: numberOf('PALIMPSEST_REQUESTS_PER_MINUTE', env, 0, defaultEdge.requestsPerMinute),
    failuresPerMinute: numberOf('PALIMPSEST_FAILURES_PER_MINUTE', env, 0, defaultEdge.failuresPerMinute),
    caches: {
      keyHeader: keyHeaderOf(env.PALIMPSEST_CACHE_KEY_HEADER),
      cdnSeconds: numberOf('PALIMPSEST_CDN_SECONDS', env, 0, defaultEdge.caches.cdnSeconds),
    },
  };
}

function readsOf(text: string | undefined): Settings['reads'] {
  return text === 'inline' || text === 'threads' ? text : 'by size';
}

function logLevelOf(text: string): string {
  const known = [...Object.keys(levels.values), 'silent'];
  if (known.includes(text)) return text;
  throw new OperatorError(
    exitCodes.wrongVersion,
    `PALIMPSEST_LOG_LEVEL has to be one of ${known.join(', ')}, not "${text}"`,
  );
}

function isOn(name: string, env: NodeJS.ProcessEnv): boolean {
  const text = env[name] || 'on';
  if (text === 'on' || text === 'off') return text === 'on';
  throw new OperatorError(exitCodes.wrongVersion, `${name} has to be on or off, not "${text}"`);
}

function millisecondsOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new OperatorError(
    exitCodes.wrongVersion,
    `PALIMPSEST_DRAIN_DELAY_MS has to be a whole number of milliseconds, not "${text}"`,
  );
}

function numberOf(name: string, env: NodeJS.ProcessEnv, least: number, otherwise: number): number {
  const text = env[name] || String(otherwise);
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new OperatorError(
    exitCodes.wrongVersion,
    `${name} has to be a whole number, and at least ${least}, not "${text}"`,
  );
}

/**
 * What a process that is started gets: our own environment, without what was meant for this process alone.
 * @param added counts in any case
 * @param otherwise counts where our own says nothing
 */
export function environmentWith(
  added: Readonly<Record<string, string>> = {},
  otherwise: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const {
    LISTEN_FDS: _fds,
    LISTEN_PID: _pid,
    LISTEN_FDNAMES: _names,
    PALIMPSEST_LENT_SOCKET: _lent,
    ...rest
  } = process.env;
  return { ...otherwise, ...rest, ...added };
}

/** SD_LISTEN_FDS_START */
const firstInheritedFd = 3;

/** `STEP:kill` or `STEP:stop`. */
function faultOf(text: string | undefined): InjectedFault | undefined {
  const [step = '', how] = text?.split(':') ?? [];
  return step === '' ? undefined : { step, signal: how === 'stop' ? 'SIGSTOP' : 'SIGKILL' };
}
