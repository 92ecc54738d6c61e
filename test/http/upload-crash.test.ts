import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { uploadSteps } from '../../src/files/upload-steps.js';
import { fileTotals } from '../../src/projections/named-files.js';
import { inDatabase } from '../cli/tables.js';
import { dist } from '../support/program.js';
import { adminSecret } from '../support/server.js';
import { fileFrom, type SentFile } from '../support/stored-files.js';
import { makeSite, until, type Site } from '../upgrade/releases.js';

const main = join(dist, 'cli/main.js');
const rounds = Number(process.env['UPLOAD_KILLS'] ?? 3);
const atOnce = 6;
/** A day of its own: five seconds. */
const hasty = { PALIMPSEST_TEST_HOUR_MS: '200' };

/** Sends a file in pieces, all or a part of it; answers nothing where there was no answer. */
function send({ port }: Site, bytes: Buffer, cutAfter = Infinity): Promise<SentFile | undefined> {
  return new Promise((resolve) => {
    const outgoing = request({
      port,
      method: 'POST',
      path: '/assets?name=file.bin',
      agent: false,
      headers: {
        authorization: `Bearer ${adminSecret}`,
        'content-type': 'application/octet-stream',
        'content-length': bytes.length,
      },
    });
    outgoing.once('error', () => {
      resolve(undefined);
    });
    outgoing.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('error', () => {
        resolve(undefined);
      });
      response.once('end', () => {
        if (response.statusCode !== 201) throw new Error(`${String(response.statusCode)}: ${text}`);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        resolve({ id: (JSON.parse(text) as { id: string }).id, bytes, sha256 });
      });
    });
    const part = bytes.subarray(0, cutAfter);
    outgoing.write(part, () => {
      if (part.length === bytes.length) outgoing.end();
      else outgoing.destroy();
    });
  });
}

async function sendAll(site: Site, count: number): Promise<readonly SentFile[]> {
  const sizes = Array.from({ length: count }, (_, n) => 1 + n * 40_000);
  const sent = await Promise.all(sizes.map((size) => send(site, randomBytes(size))));
  return sent.filter((one) => one !== undefined);
}

const assetsIn = (site: Site): number => inDatabase(site.data, (db) => fileTotals(db).assets);

interface Verified {
  readonly sound: boolean;
  readonly assets: { readonly files: number; readonly leftovers: { readonly files: number } };
}

async function verify(site: Site): Promise<Verified> {
  const verifying = site.start(main, ['verify', '--json']);
  await verifying.ended;
  return JSON.parse(verifying.written.stdout) as Verified;
}

async function expectWhole(site: Site, acknowledged: readonly SentFile[]): Promise<void> {
  const url = `http://127.0.0.1:${site.port}`;
  for (const { id, bytes } of acknowledged) expect((await fileFrom({ url }, id)).equals(bytes)).toBe(true);
}

test('a server killed at any step of an upload has every file that it acknowledged, and what it left vanishes', async () => {
  const site = makeSite();
  const acknowledged: SentFile[] = [];
  const first = await site.serve(main);
  first.process.kill('SIGTERM');
  await first.ended;
  for (const step of uploadSteps) {
    for (let round = 0; round < rounds; round++) {
      const before = round === 0 ? assetsIn(site) : 0;
      const killed = await site.serve(main, { PALIMPSEST_TEST_FAULT: `${step}:kill` });
      acknowledged.push(...(await sendAll(site, round === 0 ? 1 : atOnce)));
      await killed.ended;
      // By itself: without its event it counts for nothing, and with it it is there without an answer.
      if (round === 0)
        expect([step, assetsIn(site) - before]).toEqual([step, step === 'upload-answer' ? 1 : 0]);
    }
  }
  await site.serve(main, hasty);
  await expectWhole(site, acknowledged);
  expect(assetsIn(site)).toBeGreaterThanOrEqual(acknowledged.length);
  expect(await verify(site)).toMatchObject({ sound: true });
  await until(async () => (await verify(site)).assets.leftovers.files === 0, 'what was left has gone');
  await expectWhole(site, acknowledged);
  expect(await verify(site)).toMatchObject({ sound: true });
});

test('of 100 uploads at once of which a third are cut off, the others are whole, and nothing is left', async () => {
  const site = makeSite();
  await site.serve(main);
  const uploads = Array.from({ length: 100 }, (_, n) => {
    const bytes = randomBytes(50_000 + n * 4_000);
    return send(site, bytes, n % 3 === 0 ? Math.floor(bytes.length * (n / 100)) : Infinity);
  });
  const acknowledged = (await Promise.all(uploads)).filter((one) => one !== undefined);
  expect(acknowledged).toHaveLength(66);
  await expectWhole(site, acknowledged);
  const incoming = join(site.data, 'content', 'incoming');
  await until(() => readdirSync(incoming).length === 0, 'what was cut off is gone');
  expect(await verify(site)).toMatchObject({ sound: true, assets: { files: 66, leftovers: { files: 0 } } });
});
