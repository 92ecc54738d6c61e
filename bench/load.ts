/**
 * The load generator. A closed loop finds how much a server can do; an open loop finds how long a client waits at a
 * given rate: it sends on a schedule whether or not answers come, and counts each latency from the scheduled time,
 * so that a stalled server cannot slow its own measurement down ("coordinated omission").
 */
import { performance } from 'node:perf_hooks';
import { openConnection, type Address, type Connection } from './connection.js';
import { collectLatencies, type LoadResult } from './latencies.js';

export interface Request {
  readonly bytes: Buffer;
  readonly answered?: (status: number) => void;
}

/**
 * The next request to send. `undefined` ends a closed loop's connection; in an open loop it means "not yet", and
 * the request stays due.
 */
export type Workload = () => Request | undefined;

interface ClosedLoop {
  readonly connections: number;
  /** Without it the loop goes on until the workload ends. */
  readonly durationMs?: number;
  readonly workload: Workload;
}

interface OpenLoop {
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly workload: Workload;
}

const openedAhead = 64;
const connectionLimit = 1024;
const answerTimeoutMs = 60_000;

/**
 * @throws Error when a connection breaks, an answer is not 2xx, or the last answers do not come within a minute.
 */
export async function closedLoop(address: Address, loop: ClosedLoop): Promise<LoadResult> {
  const latencies = collectLatencies();
  const startedAt = performance.now();
  const endsAt = startedAt + (loop.durationMs ?? Number.POSITIVE_INFINITY);
  const clients = Array.from({ length: loop.connections }, () =>
    closedLoopClient(address, loop, endsAt, latencies.add),
  );
  await Promise.all(clients);
  return latencies.result(performance.now() - startedAt);
}

function closedLoopClient(
  address: Address,
  { workload }: ClosedLoop,
  endsAt: number,
  add: (status: number, latencyMs: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let connection: Connection | undefined;
    let current: Request | undefined;
    let sentAt = 0;
    const watch = setInterval(() => {
      if (performance.now() - sentAt > answerTimeoutMs)
        fail(new Error(`no answer for ${answerTimeoutMs} ms`));
    }, 1000);
    const end = (): void => {
      clearInterval(watch);
      connection?.close();
    };
    const fail = (error: Error): void => {
      end();
      reject(error);
    };
    const sendNext = (): void => {
      sentAt = performance.now();
      current = sentAt < endsAt ? workload() : undefined;
      if (current === undefined) {
        end();
        resolve();
      } else {
        connection?.send(current.bytes);
      }
    };
    sentAt = performance.now();
    openConnection(address, {
      answered(status) {
        add(status, performance.now() - sentAt);
        current?.answered?.(status);
        sendNext();
      },
      closed(error) {
        fail(error ?? new Error('the server closed a connection that waited for an answer'));
      },
    }).then((opened) => {
      connection = opened;
      sendNext();
    }, fail);
  });
}

interface Lane {
  connection?: Connection;
  request?: Request | undefined;
  dueAt: number;
}

/**
 * Spins while it runs: a timer's resolution of a millisecond would hide what is measured. The pool grows when no
 * connection is free.
 *
 * @throws Error as {@link closedLoop}.
 */
export async function openLoop(address: Address, loop: OpenLoop): Promise<LoadResult> {
  const latencies = collectLatencies();
  const total = Math.round((loop.ratePerSecond * loop.durationMs) / 1000);
  const gapMs = 1000 / loop.ratePerSecond;
  const lanes = new Set<Lane>();
  const idle: Lane[] = [];
  let opening = 0;
  let sent = 0;
  let answers = 0;
  let failure: Error | undefined;

  const openLane = async (): Promise<void> => {
    const lane: Lane = { dueAt: 0 };
    lanes.add(lane);
    opening += 1;
    lane.connection = await openConnection(address, {
      answered(status) {
        latencies.add(status, performance.now() - lane.dueAt);
        answers += 1;
        lane.request?.answered?.(status);
        lane.request = undefined;
        idle.push(lane);
      },
      closed(error) {
        if (lane.request !== undefined) failure ??= error ?? new Error('the server closed a busy connection');
        lanes.delete(lane);
        const place = idle.indexOf(lane);
        if (place !== -1) idle.splice(place, 1);
      },
    });
    opening -= 1;
    idle.push(lane);
  };
  await Promise.all(Array.from({ length: openedAhead }, openLane));

  const startedAt = performance.now();
  const sendDue = (): void => {
    while (sent < total && startedAt + sent * gapMs <= performance.now()) {
      const lane = idle.at(-1);
      if (lane === undefined) {
        if (opening === 0 && lanes.size < connectionLimit) {
          openLane().catch((error: unknown) => {
            failure ??= error as Error;
          });
        }
        return;
      }
      const request = loop.workload();
      if (request === undefined) return;
      idle.pop();
      lane.request = request;
      lane.dueAt = startedAt + sent * gapMs;
      sent += 1;
      lane.connection?.send(request.bytes);
    }
  };
  const elapsedMs = await new Promise<number>((resolve, reject) => {
    const turn = (): void => {
      sendDue();
      const elapsed = performance.now() - startedAt;
      if (elapsed > loop.durationMs + answerTimeoutMs) {
        failure ??= new Error(
          `${total - answers} of ${total} requests unanswered after ${answerTimeoutMs} ms`,
        );
      }
      if (failure !== undefined) reject(failure);
      else if (answers === total) resolve(elapsed);
      else setImmediate(turn);
    };
    turn();
  }).finally(() => {
    for (const lane of lanes) lane.connection?.close();
  });
  return latencies.result(elapsedMs);
}
