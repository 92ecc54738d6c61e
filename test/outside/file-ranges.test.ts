/**
 * What is sent of a file is what nginx sends of it: random conditions and ranges, asked of both. `FILE_RANGES_RUNS` asks more of
 * them, `FILE_RANGES_SEED` the same ones again.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { bytesOf, upload } from '../support/assets.js';
import { adminSecret, useServer } from '../support/server.js';
import { anyFileRequest } from './any-file-request.js';
import { startNginx } from './nginx.js';
import type { Proxy } from './proxy.js';

const runs = Number(process.env['FILE_RANGES_RUNS'] ?? 2000);
const seed = Number(process.env['FILE_RANGES_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const server = useServer();
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
const directory = mkdtempSync(join(tmpdir(), 'palimpsest-ranges-'));
let nginx: Proxy;

/** The same file at both; each has tags of its own. */
interface File {
  readonly bytes: Buffer;
  readonly ours: Place;
  readonly theirs: Place;
}

interface Place {
  readonly port: () => number;
  readonly path: string;
  readonly etag: string;
}

const powers = Array.from({ length: 19 }, (_, power) => 2 ** power);
const sizes = [...new Set([...powers.flatMap((size) => [size - 1, size, size + 1]), 100, 1000])].filter(
  (size) => size > 0,
);
const files: File[] = [];

beforeAll(async () => {
  nginx = await startNginx(
    0,
    (port) => `
      max_ranges 1;
      default_type application/octet-stream;
      server { listen 127.0.0.1:${port}; root ${directory}; }`,
  );
  for (const size of sizes) {
    const bytes = bytesOf(size);
    writeFileSync(join(directory, String(size)), bytes);
    const { id } = await upload(server, bytes);
    const ours = { port: () => server.port, path: `/assets/${id}/file` };
    const theirs = { port: () => nginx.port, path: `/${size}` };
    files.push({ bytes, ours: await tagged(ours), theirs: await tagged(theirs) });
  }
});

afterAll(async () => {
  agent.destroy();
  await nginx.stop();
  rmSync(directory, { recursive: true });
});

async function tagged(place: Omit<Place, 'etag'>): Promise<Place> {
  const { headers } = await ask({ ...place, etag: '' }, 'HEAD', {});
  return { ...place, etag: headers.etag ?? '' };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function ask(
  { port, path, etag }: Place,
  method: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const sent = Object.entries(headers).map(([name, value]): [string, string] => [
    name,
    value.replaceAll('TAG', etag),
  ]);
  return new Promise((resolve, reject) => {
    request({
      ...{ agent, host: '127.0.0.1', port: port(), method, path },
      headers: { authorization: `Bearer ${adminSecret}`, ...Object.fromEntries(sent) },
    })
      .once('error', reject)
      .once('response', (answer) => {
        answer.toArray().then((pieces: Buffer[]) => {
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(pieces),
          });
        }, reject);
      })
      .end();
  });
}

/** Of a list of tags with `TAG` in it. Its elements may be empty (RFC 9110 §5.6.1). */
const isTagList = (text: string): boolean =>
  text.trim() === '*' || /^(?:\s*(?:(?:W\/)?(?:TAG|"[^"\s]*"))?\s*(?:,|$))+$/.test(text);

test(`${runs} conditions and ranges get what they get of nginx`, async () => {
  process.stdout.write(`${runs} requests, FILE_RANGES_SEED=${seed}\n`);
  const statuses: Record<number, number> = {};
  const property = fc.asyncProperty(
    anyFileRequest(sizes.length),
    async ({ file: index, method, range, ifRange, ifNoneMatch }) => {
      const file = files[index] as File;
      const ranged = defined({ range: range?.(file.bytes.length), 'if-range': ifRange });
      const conditions = defined({ 'if-none-match': ifNoneMatch });
      const mine = await ask(file.ours, method, { ...conditions, ...ranged });
      statuses[mine.status] = (statuses[mine.status] ?? 0) + 1;

      // Intended: a condition that can't be read is refused, as everywhere here. nginx finds no tag in it, or the first.
      if (ifNoneMatch !== undefined && !isTagList(ifNoneMatch)) {
        expect([ifNoneMatch, mine.status]).toEqual([ifNoneMatch, 400]);
        return;
      }
      // Intended: ranges are of GET (RFC 9110 §14.2). nginx answers HEAD with 206, too, so it isn't shown them.
      const theirs = await ask(file.theirs, method, { ...conditions, ...(method === 'GET' && ranged) });
      const sent = JSON.stringify({ bytes: file.bytes.length, method, ...ranged, ...conditions });
      expect([sent, told(mine)]).toEqual([sent, told(theirs)]);
      // Intended: 416 has no page for people. nginx sends one.
      if (mine.status === 416) expect([sent, mine.body.length]).toEqual([sent, 0]);
      else {
        expect([sent, mine.body.equals(theirs.body)]).toEqual([sent, true]);
        expect(mine.headers.etag).toBe(file.ours.etag);
      }
    },
  );
  await fc.assert(property, { numRuns: runs, seed });
  process.stdout.write(`answered: ${JSON.stringify(statuses)}\n`);
  // What is compared is something.
  expect(Object.keys(statuses)).toEqual(['200', '206', '304', '400', '416']);
});

function defined(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** What both have to say alike. */
function told({ status, headers }: Answer): object {
  return {
    status,
    range: headers['content-range'],
    ...(status !== 416 && { length: headers['content-length'] }),
  };
}
