import { request as httpRequest } from 'node:http';
import { pino } from 'pino';
import type { ChangeSet, Outcome, Swap } from '../commands/change-set.js';
import { openLadder } from '../ladder/open-ladder.js';
import { defaultEdge } from '../installation/edge-settings.js';
import { defaultFileMib, defaultMemory, defaultVariantsMib } from '../installation/memory-limits.js';
import { isRefusalCode } from '../installation/exit-code.js';
import { Refusal } from '../refusal.js';
import { pidInCharge, tryTakeCharge } from '../server/charge.js';
import { dataDirectory, requireDatabase, type DataDirectory } from '../installation/data-directory.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import type { CommonOptions } from '../installation/output.js';

/** The HTTP API with the rights of whoever owns the data directory. */
export interface OperatorApi {
  /** `body` goes out as JSON; answers parsed JSON, undefined for an empty answer. @throws Refusal, OperatorError 69 */
  readonly call: (method: string, path: string, body?: unknown) => Promise<unknown>;
  readonly submit: (changeSet: ChangeSet) => Promise<Outcome>;
  readonly swapProjections: (swap: Swap) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Creation {
  /** Where there is no database, one is made; otherwise that is a mistake. */
  readonly mayCreate?: boolean;
}

/**
 * Reaches the server of a data directory through its control socket. Where none runs, this process takes charge for
 * as long as it needs and serves nothing but that socket: verbs that write have one way to go.
 * @throws OperatorError, WrongDatabase, WrongLadder, Refusal `log-too-new`
 */
export async function openApi(
  directory: DataDirectory,
  migrations: string | undefined,
  { mayCreate = false }: Creation = {},
): Promise<OperatorApi> {
  const known = await openLadder(migrations);
  if (!mayCreate) requireDatabase(directory);
  const charge = await tryTakeCharge(directory, known);
  if (!charge) return apiOfServer(directory);
  const { buildService } = await import('../server/service.js');
  const service = await buildService({
    directory,
    ladder: charge.ladder,
    migrations,
    settings: {
      reads: 'by size',
      fileMib: defaultFileMib,
      variantsMib: defaultVariantsMib,
      drainDelayMs: 0,
      memory: defaultMemory,
      edge: defaultEdge,
      issuers: undefined,
      sessionSeconds: 0,
      logRequests: false,
      fault: undefined,
      holdMs: undefined,
    },
    log: pino({ level: 'error' }, pino.destination(2)),
  });
  try {
    await service.open(charge);
    const running = await service.listen(null);
    return apiOn(
      () => directory.controlSocket(process.pid),
      async () => {
        await running.stop();
        await service.close();
      },
    );
  } catch (error) {
    await service.close();
    throw error;
  }
}

/** Of the server that runs. `patienceMs`: how long to wait for an answer. @throws OperatorError 75 */
export function apiOfServer(directory: DataDirectory, patienceMs = answerLimitMs): OperatorApi {
  return apiOn(
    () => socketInCharge(directory),
    () => Promise.resolve(),
    patienceMs,
  );
}

/** Of whoever serves now. @throws OperatorError 75 */
function socketInCharge(directory: DataDirectory): string {
  const pid = pidInCharge(directory);
  if (pid === null)
    throw new OperatorError(
      exitCodes.busy,
      `${directory.path} is being set up by another process: try again`,
    );
  return directory.controlSocket(pid);
}

/** Opens the API for as long as `work` takes. @throws as `openApi` */
export async function withApi(
  { data, migrations }: CommonOptions,
  work: (api: OperatorApi) => Promise<void>,
  creation?: Creation,
): Promise<void> {
  const api = await openApi(dataDirectory(data), migrations, creation);
  try {
    await work(api);
  } finally {
    await api.close();
  }
}

function apiOn(find: () => string, close: () => Promise<void>, patienceMs = answerLimitMs): OperatorApi {
  let socketPath = find();
  const sendToWhoServes = async (method: string, path: string, body: unknown): Promise<Received> => {
    for (;;) {
      try {
        return await send(socketPath, method, path, body, patienceMs);
      } catch (error) {
        if (!isNobodyThere(error)) throw error;
        // Another version may have taken over since. What was not sent may be sent again.
        const before = socketPath;
        socketPath = find();
        if (socketPath === before) throw notYet(error);
      }
    }
  };
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const { status, text } = await sendToWhoServes(method, path, body);
    const answer = text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>);
    if (status < 400) return answer;
    if (status === 500 && answer?.code === 'internal-error')
      throw new Error(`the server failed at ${method} ${path}: its log says why`);
    const { code, detail, ...details } = answer ?? {};
    // A server of another release may have others.
    if (!isRefusalCode(code))
      throw new OperatorError(
        exitCodes.unavailable,
        `the server refused: ${typeof detail === 'string' ? detail : String(status)}`,
      );
    throw new Refusal(code, String(detail), details);
  };
  return {
    call,
    submit: async (changeSet) => (await call('POST', '/control/changesets', changeSet)) as Outcome,
    swapProjections: async (swap) => {
      await call('POST', '/control/projections', swap);
    },
    close,
  };
}

interface Received {
  readonly status: number;
  readonly text: string;
}

/** Gone before, or gone before it had the whole request (`EPIPE`): it has done nothing in either case. */
const nobodyThere: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED', 'EPIPE']);

function isNobodyThere(error: unknown): boolean {
  return nobodyThere.has(((error as Error).cause as NodeJS.ErrnoException | undefined)?.code);
}

/** Whoever is in charge begins, or ends, or does something that nobody can take part in. */
function notYet(cause: unknown): OperatorError {
  return new OperatorError(exitCodes.busy, 'another process is at work on this data directory: try again', {
    cause,
  });
}

/** A server that swaps the projections of a large log in takes its time; one that is frozen never answers. */
const answerLimitMs = 60_000;

/** Over a connection of its own: a kept one may be closed by the other end just then. @throws OperatorError 69 */
function send(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  patienceMs: number,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      socketPath,
      method,
      path,
      agent: false,
      headers: { 'content-type': 'application/json' },
    });
    outgoing.once('error', (cause) => {
      reject(
        new OperatorError(
          exitCodes.unavailable,
          `the server does not answer on ${socketPath}: ${cause.message}`,
          {
            cause,
          },
        ),
      );
    });
    outgoing.setTimeout(patienceMs, () => {
      outgoing.destroy(new Error(`no answer within ${patienceMs / 1000} s`));
    });
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 500, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
