import { randomUUID } from 'node:crypto';
import { Agent, request, type IncomingMessage } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { adminSecret } from './server.js';

/** A write that was answered: what has to be in the log for ever. */
export interface Acknowledged {
  readonly page: string;
  readonly position: number;
}

export interface LoadReport {
  readonly answered: number;
  readonly acknowledged: readonly Acknowledged[];
  /** Anything but the answer that was asked for. */
  readonly failures: readonly string[];
}

export interface Load {
  readonly report: () => LoadReport;
  /** Sends no more, and waits for the answers. */
  readonly stop: () => Promise<LoadReport>;
}

/** How long any answer may take before it counts as hung. */
const answerMs = 120_000;
const tickMs = 10;

/** More are not open at once: where the machine stands still for a while, what was due meanwhile is left out. */
const mostOpen = 100;

/**
 * Requests at a fixed rate whether or not answers come, one in five a write, half of them over kept connections and
 * half over new ones. Nothing is tried twice.
 */
export function startLoad(port: number, ratePerSecond: number): Load {
  // In turn, so that no connection keeps a version that was replaced. With a timeout Node hears for how long one is kept.
  const kept = new Agent({ keepAlive: true, maxSockets: 64, scheduling: 'fifo', timeout: 5 * answerMs });
  const acknowledged: Acknowledged[] = [];
  const failures: string[] = [];
  const open = new Set<Promise<void>>();
  let [sent, answered] = [0, 0];

  const one = async (number: number): Promise<void> => {
    await turn(); // where this process stood still, the time of a connection may be over: it hears of that first
    const startedMs = performance.now();
    const isWrite = number % 5 === 0;
    const agent = number % 2 === 0 ? kept : false;
    try {
      const page = randomUUID();
      const { status, position, text } = isWrite
        ? await send(port, agent, 'POST', '/pages', {
            type: 'document',
            id: page,
            content: { title: `Written ${number}` },
          })
        : await send(port, agent, 'GET', acknowledged[0] ? `/pages/${acknowledged[0].page}` : '/me'); // nothing large
      if (status !== (isWrite ? 201 : 200)) throw new Error(`answered ${status}: ${text}`);
      if (isWrite) acknowledged.push({ page, position });
      answered += 1;
    } catch (error) {
      const kind = `${isWrite ? 'write' : 'read'} over ${agent ? 'a kept' : 'a new'} connection`;
      failures.push(`${kind} after ${Math.round(performance.now() - startedMs)} ms: ${String(error)}`);
    }
  };

  let lastMs = performance.now();
  let due = 0;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    due = Math.min(due + ((nowMs - lastMs) * ratePerSecond) / 1000, mostOpen - open.size);
    lastMs = nowMs;
    for (; due >= 1; due -= 1) {
      const running = one(sent++);
      open.add(running);
      void running.then(() => open.delete(running));
    }
  }, tickMs);
  const report = (): LoadReport => ({ answered, acknowledged: [...acknowledged], failures });
  return {
    report,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      kept.destroy();
      return report();
    },
  };
}

interface Sent {
  readonly status: number;
  readonly position: number;
  readonly text: string;
}

function send(
  port: number,
  agent: Agent | false,
  method: string,
  path: string,
  body?: unknown,
): Promise<Sent> {
  const headers = {
    authorization: `Bearer ${adminSecret}`,
    ...(body !== undefined && { 'content-type': 'application/json', 'schema-version': '1' }),
  };
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, agent, method, path, headers, timeout: answerMs });
    asking.once('error', reject);
    asking.once('timeout', () => asking.destroy(new Error('no answer')));
    asking.once('response', (response) => {
      textOf(response).then((text) => {
        resolve({ status: response.statusCode ?? 0, position: Number(response.headers.position), text });
      }, reject);
    });
    asking.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** A save of `bytes` that takes its time: the body trickles in over `durationMs`. Answers the status. */
export function trickle(port: number, bytes: number, durationMs: number): Promise<Sent> {
  const body = Buffer.from(
    JSON.stringify({ type: 'document', content: { title: 'Slow', body: 'x'.repeat(bytes) } }),
  );
  const parts = 50;
  const headers = {
    authorization: `Bearer ${adminSecret}`,
    'content-type': 'application/json',
    'schema-version': '1',
    'content-length': body.length,
  };
  return new Promise((resolve, reject) => {
    const asking = request({
      host: '127.0.0.1',
      port,
      agent: false,
      method: 'POST',
      path: '/pages',
      headers,
    });
    asking.once('error', reject);
    asking.once('response', (response) => {
      textOf(response).then((text) => {
        resolve({ status: response.statusCode ?? 0, position: Number(response.headers.position), text });
      }, reject);
    });
    let part = 0;
    const timer = setInterval(() => {
      const from = Math.floor((body.length * part) / parts);
      part += 1;
      const chunk = body.subarray(from, Math.floor((body.length * part) / parts));
      if (part < parts) asking.write(chunk);
      else {
        clearInterval(timer);
        asking.end(chunk);
      }
    }, durationMs / parts);
    asking.once('close', () => {
      clearInterval(timer);
    });
  });
}
