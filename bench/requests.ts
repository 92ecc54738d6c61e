/** The workloads, as the bytes of HTTP requests. They fit the product and the bare server alike. */
import type { Request, Workload } from './workload.js';
import { documentText, pageId } from './documents.js';

export const adminToken = 'benchmark-token-benchmark-token-benchmark';

const headOf = (token: string): string => `Host: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n`;

const head = headOf(adminToken);

/** Reads the paths over and over, shuffled. */
export function readsOf(paths: readonly string[], token = adminToken): Workload {
  const requests = shuffled(paths).map((path) => ({
    bytes: Buffer.from(`GET ${path} HTTP/1.1\r\n${headOf(token)}\r\n`),
  }));
  let at = 0;
  return () => requests[at++ % requests.length];
}

/** Creates the pages with these numbers, each once. */
export function creationsOf(pages: readonly number[]): Workload {
  let at = 0;
  return () => {
    const page = pages[at++];
    if (page === undefined) return undefined;
    const body = `{"type":"document","id":"${pageId(page)}","content":${documentText(page, 1)}}`;
    return { bytes: withBody('POST', '/pages', '', body) };
  };
}

/** Sends the commands, so many at once. They are in ASCII. */
export function batchesOf(commands: readonly object[], inABatch: number): Workload {
  let at = 0;
  return () => {
    const some = commands.slice(at, at + inABatch);
    at += inABatch;
    return some.length === 0
      ? undefined
      : { bytes: withBody('POST', '/batch', '', JSON.stringify({ commands: some })) };
  };
}

/**
 * Saves the pages in turn, a new document each time. No page is saved by two requests at once, so with as many
 * clients as pages each client keeps its own.
 *
 * @param until ends after that many saves.
 */
export function savesOf(pages: readonly number[], until = Number.POSITIVE_INFINITY): Workload {
  const free = pages.map((page) => ({ page, path: `/pages/${pageId(page)}/content`, version: 1 }));
  let sent = 0;
  return () => {
    const save = sent < until ? free.shift() : undefined;
    if (save === undefined) return undefined;
    sent += 1;
    const body = documentText(save.page, save.version + 1);
    const answered: Request['answered'] = (status) => {
      if (status === 200) save.version += 1;
      free.push(save);
    };
    return { bytes: withBody('PUT', save.path, `If-Match: "v${save.version}"\r\n`, body), answered };
  };
}

/** @param body in ASCII, so that its length is its number of bytes. */
function withBody(method: string, path: string, headers: string, body: string): Buffer {
  const start = `${method} ${path} HTTP/1.1\r\n${head}Content-Type: application/json\r\nSchema-Version: 1\r\n`;
  return Buffer.from(`${start}${headers}Content-Length: ${body.length}\r\n\r\n${body}`, 'latin1');
}

/** Fisher and Yates with a fixed seed, so that every run reads in the same order. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  const result = [...items];
  let state = 1;
  for (let last = result.length - 1; last > 0; last -= 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = state % (last + 1);
    [result[last], result[other]] = [result[other] as Item, result[last] as Item];
  }
  return result;
}
