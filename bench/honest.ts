/** One client that reads small pages and one that saves them, each its next request when the last was answered. */
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Address } from './connection.js';
import { documentText, pageId } from './documents.js';
import { adminToken } from './requests.js';

interface Waited {
  readonly longestMs: number;
  readonly answered: number;
  /** Refused, or broken. */
  readonly other: number;
}

interface Honest {
  stop(): Promise<{ readonly reads: Waited; readonly saves: Waited }>;
}

const betweenMs = 10;

/** The pages 0 … `pages`-1 are at version 1. */
export function startHonest(address: Address, pages: number): Honest {
  const ending = new AbortController();
  const reads = loop(ending.signal, (turn) => ask(address, 'GET', `/pages/${pageId(turn % pages)}/content`));
  const versions = Array.from({ length: pages }, () => 1);
  const saves = loop(ending.signal, async (turn) => {
    const page = turn % pages;
    const version = versions[page] ?? 1;
    const path = `/pages/${pageId(page)}/content`;
    const status = await ask(address, 'PUT', path, version, documentText(page, version + 1));
    if (status === 200) versions[page] = version + 1;
    return status;
  });
  return {
    stop: async () => {
      ending.abort();
      return { reads: await reads, saves: await saves };
    },
  };
}

async function loop(signal: AbortSignal, turn: (number: number) => Promise<number>): Promise<Waited> {
  let [longestMs, answered, other] = [0, 0, 0];
  for (let number = 0; !signal.aborted; number++) {
    const startedMs = performance.now();
    const status = await turn(number).catch(() => 0);
    longestMs = Math.max(longestMs, performance.now() - startedMs);
    if (status === 200) answered++;
    else other++;
    await wait(betweenMs);
  }
  return { longestMs, answered, other };
}

const agent = new Agent({ keepAlive: true });

/** Answers the status. @throws when the connection breaks */
function ask(address: Address, method: string, path: string, version = 0, body = ''): Promise<number> {
  const headers = {
    authorization: `Bearer ${adminToken}`,
    ...(body !== '' && {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'schema-version': '1',
      'if-match': `"v${version}"`,
    }),
  };
  return new Promise((resolve, reject) => {
    const asked = request({ ...address, agent, method, path, headers }, (answer) => {
      answer.resume().once('end', () => {
        resolve(answer.statusCode ?? 0);
      });
    });
    asked.once('error', reject).end(body);
  });
}
