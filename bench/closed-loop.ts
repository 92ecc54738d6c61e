/**
 * Clients that each send their next request when the last was answered: how much a server can do.
 */
import { performance } from 'node:perf_hooks';
import { openConnection, type Address, type Connection } from './connection.js';
import { collectLatencies, type LoadResult } from './latencies.js';
import { answerTimeoutMs, type Request, type Workload } from './workload.js';

interface ClosedLoop {
  readonly connections: number;
  /** Without it the loop goes on until the workload ends. */
  readonly durationMs?: number;
  readonly workload: Workload;
}

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
