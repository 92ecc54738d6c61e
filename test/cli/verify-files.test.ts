import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeServer } from '../support/server.js';
import { onTop, write } from '../support/pages.js';
import { pathIn, replace, upload, type SentFile } from '../support/stored-files.js';
import { run, succeed } from './run.js';

const server = makeServer();
const data = server.directory;
const twoMib = randomBytes(2 * 1024 * 1024 + 17);
let first: SentFile, second: SentFile, deleted: SentFile, twice: SentFile;
beforeAll(async () => {
  await server.start();
  first = await upload(server, 'a.bin', twoMib);
  second = await replace(server, first, 1);
  deleted = await upload(server, 'deleted.bin');
  await write(server, 'DELETE', `/assets/${deleted.id}`, { headers: onTop(1) });
  twice = await upload(server, 'twice.bin', second.bytes);
});
afterAll(() => server.remove());

interface Assets {
  readonly files: number;
  readonly bytes: number;
  readonly faults: readonly object[];
  readonly leftovers: object;
}

async function verify(): Promise<{ code: number | null; sound: boolean; assets: Assets }> {
  const { code, stdout } = await run('verify', '--data', data, '--json');
  return { code, ...(JSON.parse(stdout) as { sound: boolean; assets: Assets }) };
}

const bytes = twoMib.length + 3000 + 2000;

test('while a server runs, each file is read once, whoever has it', async () => {
  const none = { files: 0, bytes: 0 };
  expect(await verify()).toMatchObject({
    code: 0,
    sound: true,
    assets: { files: 3, bytes, faults: [], leftovers: none },
  });
  const said = await succeed('verify', '--data', data);
  expect(said).toContain(`3 files of assets, ${bytes} bytes, are whole\n`);
});

test('what is in content/ and in no event is counted, and is no fault', async () => {
  const left = pathIn(data, 'ab'.repeat(32));
  await upload(server, 'makes.bin', second.bytes);
  mkdirSync(dirname(left), { recursive: true });
  writeFileSync(left, 'nobody needs this');
  expect(await verify()).toMatchObject({
    code: 0,
    sound: true,
    assets: { leftovers: { files: 1, bytes: 17 } },
  });
  expect(await succeed('verify', '--data', data)).toContain('files that no event names: 1, 17 bytes');
  rmSync(left);
});

describe('a file is told by the asset and the versions that have it', () => {
  const expectFaults = async (sent: SentFile, fault: string, versions: readonly object[]): Promise<void> => {
    const { sha256 } = sent;
    const path = pathIn(data, sha256);
    const whole = versions.map((version) => ({ ...version, sha256, path, fault }));
    const { code, sound, assets } = await verify();
    expect({ code, sound, faults: assets.faults.slice(0, whole.length) }).toEqual({
      code: 65,
      sound: false,
      faults: whole,
    });
  };

  test.each<[string, (file: string, at: Buffer) => void, string]>([
    [
      'with one bit that is flipped, deep in it',
      (file, was) => {
        const damaged = Buffer.from(was);
        damaged[1_500_000] = (damaged[1_500_000] ?? 0) ^ 1;
        writeFileSync(file, damaged);
      },
      'has other bytes than it had',
    ],
    [
      'that is too long',
      (file) => {
        appendFileSync(file, 'x');
      },
      `has ${twoMib.length + 1} bytes in place of ${twoMib.length}`,
    ],
    [
      'that is gone',
      (file) => {
        rmSync(file);
      },
      'is missing',
    ],
  ])('of an earlier version, %s', async (_what, damage, fault) => {
    const file = pathIn(data, first.sha256);
    const was = readFileSync(file);
    damage(file, was);
    await expectFaults(first, fault, [{ asset: first.id, version: 1 }]);
    const { code, stdout } = await run('verify', '--data', data);
    expect({ code, stdout }).toEqual({
      code: 65,
      stdout: expect.stringContaining(
        `the file of the asset ${first.id}, version 1, ${fault}: bring ${file} back from a backup`,
      ) as string,
    });
    writeFileSync(file, was);
    expect(await verify()).toMatchObject({ code: 0 });
  });

  test('of several assets, and of one that is deleted', async () => {
    for (const sent of [second, deleted]) rmSync(pathIn(data, sent.sha256));
    const { assets } = await verify();
    expect(assets.faults).toHaveLength(4);
    expect(assets.faults).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ asset: first.id, version: 2, sha256: second.sha256 }),
        expect.objectContaining({ asset: twice.id, version: 1, sha256: second.sha256 }),
        expect.objectContaining({ asset: deleted.id, version: 1, fault: 'is missing' }),
      ]),
    );
  });
});

test('status counts assets, and their files once', async () => {
  const status = JSON.parse(await succeed('status', '--data', data, '--json')) as object;
  expect(status).toMatchObject({ assets: { assets: 4, files: 3, bytes } });
  expect(await succeed('status', '--data', data)).toContain('assets        4, 3 files (2.0 MiB)');
});
