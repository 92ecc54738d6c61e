import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { readHead } from '../../src/log/log.js';
import { makeServer } from '../support/server.js';
import { onTop, write } from '../support/pages.js';
import { pathIn, replace, sha256Of, upload, type SentFile } from '../support/stored-files.js';
import { ask, run, sentence, succeed, temporaryDirectory } from './run.js';
import { inDatabase } from './tables.js';

const server = makeServer();
const data = server.directory;
/** An export, its files beside it. */
const exported = temporaryDirectory();
const [log, files] = [join(exported, 'log.jsonl'), join(exported, 'files')];
let sent: readonly SentFile[];
let text: SentFile;
beforeAll(async () => {
  await server.start();
  const first = await upload(server, 'a.bin', randomBytes(600_000));
  const second = await replace(server, first, 1);
  const deleted = await upload(server, 'deleted.bin');
  await write(server, 'DELETE', `/assets/${deleted.id}`, { headers: onTop(1) });
  text = await upload(server, 'notes.txt', Buffer.from('what is to be read'));
  await upload(server, 'the-same.txt', text.bytes);
  sent = [first, second, deleted, text];
  await succeed('export', 'jsonl', log, '--assets', files, '--data', data);
});
afterAll(() => server.remove());

/** Where the file of a hash lies in an export. */
function exportedPath(sha256: string, directory = files): string {
  return join(directory, sha256.slice(0, 2), sha256.slice(2, 4), sha256.slice(4));
}

function copyOfFiles(): string {
  const copy = temporaryDirectory();
  cpSync(files, copy, { recursive: true });
  return copy;
}

const nothingImported = (into: string): void => {
  expect(inDatabase(into, (db) => readHead(db).position)).toBe(0);
};

async function expectWhole(into: string): Promise<void> {
  const { sound, assets } = await ask<{ sound: boolean; assets: object }>('verify', '--data', into);
  expect({ sound, assets }).toMatchObject({
    sound: true,
    assets: { files: 4, faults: [], leftovers: { files: 0 } },
  });
  for (const { bytes, sha256 } of sent)
    expect(sha256Of(readFileSync(pathIn(into, sha256)))).toBe(sha256Of(bytes));
}

describe('an export while a server runs', () => {
  test('has each file once, in the layout of content/, and tells what each is', () => {
    const names = (readdirSync(files, { recursive: true }) as string[]).filter((name) =>
      statSync(join(files, name)).isFile(),
    );
    expect(names).toHaveLength(5);
    for (const { bytes, sha256 } of sent) expect(readFileSync(exportedPath(sha256)).equals(bytes)).toBe(true);
    const lines = readFileSync(join(files, 'manifest.jsonl'), 'utf8').trimEnd().split('\n');
    const manifest = lines.map((line) => JSON.parse(line) as { sha256: string });
    expect(manifest.map(({ sha256 }) => sha256)).toEqual(sent.map(({ sha256 }) => sha256).sort());
    expect(manifest.find(({ sha256 }) => sha256 === text.sha256)).toEqual({
      sha256: text.sha256,
      bytes: text.bytes.length,
      type: 'text/plain',
      names: ['notes.txt', 'the-same.txt'],
    });
  });

  test('brings what is missing when it is made again, and leaves what is there', async () => {
    const copy = copyOfFiles();
    const [first, second] = sent.map(({ sha256 }) => exportedPath(sha256, copy));
    rmSync(first ?? '');
    mkdirSync(join(copy, 'incoming'));
    writeFileSync(join(copy, 'incoming', '17-cut-off'), 'half of');
    const { ino } = statSync(second ?? '');
    await succeed('export', 'jsonl', '--assets', copy, '--data', data);
    expect(existsSync(first ?? '')).toBe(true);
    expect(statSync(second ?? '').ino).toBe(ino);
    expect(existsSync(join(copy, 'incoming'))).toBe(false);
  });

  test('is of one moment, however much is written meanwhile', async () => {
    const busy = makeServer();
    await busy.start();
    const directory = temporaryDirectory();
    const stop = new AbortController();
    const uploading = async (): Promise<void> => {
      while (!stop.signal.aborted) await upload(busy, 'meanwhile.bin');
    };
    const writing = Promise.all(Array.from({ length: 8 }, uploading));
    try {
      await succeed(
        ...['export', 'jsonl', join(directory, 'log.jsonl'), '--assets', join(directory, 'files')],
        ...['--data', busy.directory],
      );
    } finally {
      stop.abort();
      await writing;
      await busy.remove();
    }
    const into = temporaryDirectory();
    await succeed(
      ...['import', 'jsonl', join(directory, 'log.jsonl'), '--assets', join(directory, 'files')],
      ...['--data', into],
    );
    expect(await ask('verify', '--data', into)).toMatchObject({ sound: true, assets: { faults: [] } });
  });

  test('does not write over another', async () => {
    const elsewhere = join(exported, 'elsewhere');
    expect(await run('export', 'jsonl', log, '--assets', elsewhere, '--data', data)).toMatchObject({
      code: 73,
      stderr: sentence(`${log} exists`),
    });
    expect(existsSync(elsewhere)).toBe(false);
  });

  test('does not go where the files are', async () => {
    const content = join(data, 'content');
    expect(await run('export', 'jsonl', '--assets', content, '--data', data)).toEqual({
      code: 73,
      stdout: '',
      stderr: sentence(`${content} is where the files are`),
    });
  });

  test.each<[string, (file: string) => void, string]>([
    [
      'damaged',
      (file) => {
        writeFileSync(file, 'what is to be rea!');
      },
      'has other bytes than it had',
    ],
    [
      'gone',
      (file) => {
        rmSync(file);
      },
      'is missing',
    ],
  ])('is none where a file is %s', async (_what, damage, fault) => {
    const file = pathIn(data, text.sha256);
    const [to, names] = [temporaryDirectory(), temporaryDirectory()];
    damage(file);
    const refused = await run('export', 'jsonl', join(to, 'l'), '--assets', names, '--data', data);
    writeFileSync(file, text.bytes);
    expect(refused).toEqual({ code: 65, stdout: '', stderr: sentence(`the file ${file} ${fault}`) });
    expect(readdirSync(to)).toEqual([]);
    expect(existsSync(join(names, 'manifest.jsonl'))).toBe(false);
    expect(existsSync(exportedPath(text.sha256, names))).toBe(false);
  });
});

describe('an import', () => {
  test('with its files has all of it', async () => {
    const into = temporaryDirectory();
    const told = await ask('import', 'jsonl', log, '--assets', files, '--data', into);
    const bytes = sent.reduce((sum, file) => sum + file.bytes.length, 0);
    expect(told).toEqual({ position: 7, assets: { files: 4, bytes } });
    await expectWhole(into);
  });

  test('whose files are in their place already needs no others', async () => {
    const into = temporaryDirectory();
    cpSync(join(data, 'content'), join(into, 'content'), { recursive: true });
    await succeed('import', 'jsonl', log, '--data', into);
    await expectWhole(into);
  });

  test('without files is refused, and says how to bring them', async () => {
    const into = temporaryDirectory();
    const { code, stderr } = await run('import', 'jsonl', log, '--data', into);
    expect({ code, stderr }).toEqual({ code: 65, stderr: sentence('4 of the 4 files that') });
    expect(stderr).toMatch(/--assets.*--without-files/);
    nothingImported(into);
    await succeed('import', 'jsonl', log, '--without-files', '--data', into);
    const { code: verified, stdout } = await run('verify', '--data', into, '--json');
    expect(verified).toBe(65);
    expect((JSON.parse(stdout) as { assets: { faults: object[] } }).assets.faults).toHaveLength(5);
  });

  test.each<[string, (file: string) => void, string]>([
    [
      'is missing',
      (file) => {
        rmSync(file);
      },
      'is missing',
    ],
    [
      'is too short',
      (file) => {
        writeFileSync(file, 'short');
      },
      `has 5 bytes in place of 18`,
    ],
    [
      'has another byte',
      (file) => {
        writeFileSync(file, 'what is to be rea!');
      },
      'has other bytes than it had',
    ],
  ])('where a file %s imports nothing, and all of it when it is brought', async (_what, damage, fault) => {
    const [into, copy] = [temporaryDirectory(), copyOfFiles()];
    const file = exportedPath(text.sha256, copy);
    damage(file);
    expect(await run('import', 'jsonl', log, '--assets', copy, '--data', into)).toMatchObject({
      code: 65,
      stderr: sentence(`the file ${file} ${fault}`),
    });
    nothingImported(into);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text.bytes);
    await succeed('import', 'jsonl', log, '--assets', copy, '--data', into);
    await expectWhole(into);
  });

  test('mends what a directory had under the name of a file', async () => {
    const into = temporaryDirectory();
    const file = pathIn(into, text.sha256);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'what was to be red');
    await succeed('import', 'jsonl', log, '--assets', files, '--data', into);
    await expectWhole(into);
  });

  test('is told where its files are, or that it has none', async () => {
    const into = temporaryDirectory();
    expect(
      await run('import', 'jsonl', log, '--assets', files, '--without-files', '--data', into),
    ).toMatchObject({ code: 64, stderr: sentence('choose one of --assets and --without-files') });
    expect(await run('import', 'jsonl', log, '--assets', `${files}-not`, '--data', into)).toMatchObject({
      code: 65,
      stderr: sentence(`there is no directory ${files}-not`),
    });
  });
});
