import { randomBytes } from 'node:crypto';
import { request, type ClientRequest } from 'node:http';
import { buildOf } from '../support/builds.js';
import { inDatabase } from '../cli/tables.js';
import { adminSecret } from '../support/server.js';
import { fileFrom, sha256Of } from '../support/stored-files.js';
import { fileTotals } from '../../src/projections/named-files.js';
import { makeSite, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');
/** However long an upgrade takes on a machine that is busy. */
const patient = { PALIMPSEST_STALLED_MS: '600000' };

interface Answered {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly id: string;
  readonly sha256: string;
  readonly name: string;
}

/** An upload whose first half is sent. */
interface Upload {
  readonly bytes: Buffer;
  readonly finish: () => Promise<Answered>;
}

const boundary = 'in-between';
const field = (name: string, value: string): string =>
  `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

async function begin(
  { port }: Site,
  path: string,
  {
    bytes = randomBytes(300_000),
    fields,
  }: { bytes?: Buffer; fields?: Readonly<Record<string, string>> } = {},
): Promise<Upload> {
  const type = fields ? `multipart/form-data; boundary=${boundary}` : 'application/octet-stream';
  const outgoing: ClientRequest = request({
    ...{ port, method: 'POST', path, agent: false },
    headers: { authorization: `Bearer ${adminSecret}`, 'content-type': type },
  });
  const answer = new Promise<Answered>((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('error', reject);
      response.once('end', () => {
        const { id = '', sha256 = '', name = '' } = JSON.parse(text) as Partial<Answered>;
        const { statusCode: status = 0, headers } = response;
        resolve({ status, retryAfter: headers['retry-after'], id, sha256, name });
      });
    });
  });
  answer.catch(() => undefined);
  const write = (part: Buffer | string): Promise<void> =>
    new Promise((resolve) => {
      outgoing.write(part, () => {
        resolve();
      });
    });
  if (fields) {
    for (const [name, value] of Object.entries(fields)) await write(field(name, value));
    const head = `content-disposition: form-data; name="file"; filename="of-a-form.bin"`;
    await write(`--${boundary}\r\n${head}\r\ncontent-type: application/octet-stream\r\n\r\n`);
  }
  await write(bytes.subarray(0, 150_000));
  return {
    bytes,
    finish: async () => {
      await write(bytes.subarray(150_000));
      outgoing.end(fields ? `\r\n--${boundary}--\r\n` : '');
      return answer;
    },
  };
}

/** Of every file that was acknowledged, by its asset. */
type Kept = Map<string, Buffer>;

async function upload(site: Site, kept: Kept): Promise<Answered> {
  const { bytes, finish } = await begin(site, '/assets?name=file.bin');
  return keep(kept, bytes, await finish());
}

function keep(kept: Kept, bytes: Buffer, answer: Answered): Answered {
  expect(answer).toMatchObject({ status: 201, sha256: sha256Of(bytes) });
  kept.set(answer.id, bytes);
  return answer;
}

async function expectAll({ port }: Site, kept: Kept): Promise<void> {
  const url = `http://127.0.0.1:${port}`;
  for (const [id, bytes] of kept) expect((await fileFrom({ url }, id)).equals(bytes)).toBe(true);
}

async function expectVerified(site: Site, main: string): Promise<void> {
  const verifying = site.start(main, ['verify', '--json']);
  const { code } = await verifying.ended;
  expect({ code, ...(JSON.parse(verifying.written.stdout) as object) }).toMatchObject({
    code: 0,
    sound: true,
  });
}

test('files that came before, during and after an upgrade are there, and after the way back', async () => {
  const site = makeSite();
  const kept: Kept = new Map();
  const old = await site.serve(older, patient);
  await upload(site, kept);
  const slow = await begin(site, '/assets?name=slow.bin');
  const form = await begin(site, '/assets', { fields: { slug: 'a-form.bin' } });
  const same = await begin(site, '/assets?name=same.bin', { bytes: slow.bytes });
  const withContent = await begin(site, '/assets?name=no-room.bin', {
    fields: { content: '{"alt":"What a path has no room for"}' },
  });
  const tried = await begin(site, '/assets?name=tried.bin&dryRun=true');

  const upgrade = site.start(newer, ['upgrade'], patient);
  await until(async () => (await site.system()).version === '1.1.0', 'the newer version serves');
  expect(await upgrade.ended).toMatchObject({ code: 0 });
  expect(keep(kept, slow.bytes, await slow.finish())).toMatchObject({ name: 'slow.bin' });
  const ofForm = keep(kept, form.bytes, await form.finish());
  expect((await site.get(`/assets/${ofForm.id}`)).json).toMatchObject({
    name: 'of-a-form.bin',
    path: '/a-form.bin',
  });
  keep(kept, same.bytes, await same.finish());
  for (const one of [withContent, tried]) {
    expect(await one.finish()).toMatchObject({
      status: 503,
      retryAfter: expect.any(String) as string,
      id: '',
    });
  }
  expect(await old.ended).toMatchObject({ code: 0 });
  await upload(site, kept);
  await expectAll(site, kept);

  const back = await begin(site, '/assets?name=back.bin');
  expect(await site.run(older, 'revert')).toMatchObject({ code: 0 });
  expect((await site.system()).version).toBe('1.0.0');
  keep(kept, back.bytes, await back.finish());
  await upload(site, kept);
  await expectAll(site, kept);
  await expectVerified(site, older);
  expect(inDatabase(site.data, (db) => fileTotals(db))).toMatchObject({
    assets: kept.size,
    files: kept.size - 1,
  });
});

test('of uploads that go on all the time each is answered, and each that is acknowledged is there', async () => {
  const site = makeSite();
  const kept: Kept = new Map();
  const old = await site.serve(older, patient);
  let isOver = false;
  let refused = 0;
  const clients = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const { bytes, finish } = await begin(site, '/assets?name=file.bin');
      const answer = await finish();
      if (answer.status === 503) {
        expect(answer.retryAfter).toMatch(/^\d+$/);
        refused += 1;
      } else keep(kept, bytes, answer);
    }
  });
  await until(() => kept.size > 20, 'uploads are under way');
  expect((await site.run(newer, 'upgrade')).code).toBe(0);
  expect(await old.ended).toMatchObject({ code: 0 });
  const before = kept.size;
  await until(() => kept.size > before + 20, 'they go on');
  isOver = true;
  await Promise.all(clients);
  expect(refused).toBe(0);
  await expectAll(site, kept);
  await expectVerified(site, newer);
});
