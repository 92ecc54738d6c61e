/**
 * How much memory a server takes for a file that comes slowly: `--mib 2048 --mib-per-second 20`. Prints samples of its resident set, and
 * ends with 1 where the file is not what was sent.
 */
import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Address } from './connection.js';
import { printMachine } from './figure.js';
import { adminToken } from './requests.js';
import { startProduct } from './server.js';

const mib = 1024 * 1024;
const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '2048' },
    'mib-per-second': { type: 'string', default: '20' },
  },
});
const [size, rate] = [Number(values.mib), Number(values['mib-per-second'])];

interface Uploaded {
  readonly status: number;
  readonly sha256: string;
  readonly id: string;
}

/** A piece of a MiB at a time, none earlier than the rate has it. */
async function upload(
  { host, port }: Address,
  sent: { bytes: number },
): Promise<Uploaded & { sentSha256: string }> {
  const outgoing = request({
    ...{ host, port, method: 'POST', path: '/assets?name=large.bin' },
    headers: {
      authorization: `Bearer ${adminToken}`,
      'content-type': 'application/octet-stream',
      'content-length': size * mib,
    },
  });
  const answered = once(outgoing, 'response');
  const hash = createHash('sha256');
  const startedMs = performance.now();
  for (let done = 0; done < size; done++) {
    const aheadMs = (done / rate) * 1000 - (performance.now() - startedMs);
    if (aheadMs > 1) await wait(aheadMs);
    // Anew for each: what is on its way must not change.
    const piece = randomFillSync(Buffer.allocUnsafe(mib));
    hash.update(piece);
    if (!outgoing.write(piece)) await once(outgoing, 'drain');
    sent.bytes += piece.length;
  }
  outgoing.end();
  const [response] = (await answered) as [IncomingMessage];
  const text = ((await response.setEncoding('utf8').toArray()) as string[]).join('');
  return {
    ...{ status: response.statusCode ?? 0, sentSha256: hash.digest('hex'), sha256: '', id: '' },
    ...(JSON.parse(text) as object),
  };
}

async function download({ host, port }: Address, id: string): Promise<string> {
  const outgoing = request({
    host,
    port,
    path: `/assets/${id}/file`,
    headers: { authorization: `Bearer ${adminToken}` },
  });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const hash = createHash('sha256');
  for await (const piece of response) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** In MiB, as the system counts it (proc(5)). */
function residentMib(pid: number): number {
  const [, kib = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

printMachine();
const directory = mkdtempSync(join(tmpdir(), 'palimpsest-large-upload-'));
const server = await startProduct(directory);
const sent = { bytes: 0 };
const startedMs = performance.now();
const samples: number[] = [];
const sampling = setInterval(() => {
  const resident = residentMib(server.pid);
  samples.push(resident);
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(
    `${seconds.toFixed(0)} s  ${(sent.bytes / mib).toFixed(0)} MiB sent  RSS ${resident.toFixed(1)} MiB`,
  );
}, 5_000);
console.log(`at rest: RSS ${residentMib(server.pid).toFixed(1)} MiB`);
try {
  const { status, sha256, sentSha256, id } = await upload(server, sent);
  const uploadedMs = performance.now() - startedMs;
  console.log(`answered ${status} after ${(uploadedMs / 1000).toFixed(1)} s`);
  const received = await download(server, id);
  const [least, most] = [Math.min(...samples), Math.max(...samples)];
  console.log(`RSS ${least.toFixed(1)} to ${most.toFixed(1)} MiB while ${size} MiB came and went`);
  if (status !== 201 || sha256 !== sentSha256 || received !== sentSha256) {
    console.error('the file is not what was sent');
    process.exitCode = 1;
  }
} finally {
  clearInterval(sampling);
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
