/**
 * Requests sent on a schedule whether or not answers come: how long a client waits at a given rate. Each latency
 * counts from the scheduled time, so that a stalled server cannot slow its own measurement down ("coordinated
 * omission").
 */
import { performance } from 'node:perf_hooks';
import { openConnection, type Address, type Connection } from './connection.js';
import { collectLatencies, type LoadResult } from './latencies.js';
import { answerTimeoutMs, type Request, type Workload } from './workload.js';

interface OpenLoop {
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly workload: Workload;
}

export interface OpenLoopResult extends LoadResult {
  /** The longest time between two turns of the generator: what a wait may contain that is not the server's. */
  readonly longestPauseMs: number;
}

const openedAhead = 64;
const connectionLimit = 1024;

interface Lane {
  connection?: Connection;
  request?: Request | undefined;
  dueAt: number;
}

/**
 * Spins while it runs: a timer's resolution of a millisecond would hide what is measured. The pool grows when no
 * connection is free.
 *
 * @throws Error when a connection breaks, an answer is not 2xx, or the last answers do not come within a minute.
 */
export async function openLoop(address: Address, loop: OpenLoop): Promise<OpenLoopResult> {
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
      answered(status, isLast) {
        latencies.add(status, performance.now() - lane.dueAt);
        answers += 1;
        lane.request?.answered?.(status);
        lane.request = undefined;
        if (isLast) lane.connection?.close();
        else idle.push(lane);
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
  let lastTurnAt = startedAt;
  let longestPauseMs = 0;
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
      const now = performance.now();
      longestPauseMs = Math.max(longestPauseMs, now - lastTurnAt);
      lastTurnAt = now;
      sendDue();
      const elapsed = now - startedAt;
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
  return { ...latencies.result(elapsedMs), longestPauseMs };
}
