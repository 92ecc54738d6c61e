import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { removeLeftoverFiles, type Cleared } from '../../src/duties/leftovers.js';
import { FileStore } from '../../src/files/file-store.js';
import { dataDirectory, ensureDirectories } from '../../src/installation/data-directory.js';
import { addInChargeEntry, finalizeEntries } from '../../src/log/version-history.js';
import { openInstallation } from '../support/installation.js';
import { makeServer } from '../support/server.js';
import { fileFrom, pathIn, sha256Of, upload } from '../support/stored-files.js';

const hourMs = 60 * 60 * 1000;
const now = new Date('2026-05-05T12:00:00.000Z');
const data: string[] = [];
afterAll(() => {
  for (const path of data) rmSync(path, { recursive: true, force: true });
});

function makeGround(over: Partial<Cleared> = {}) {
  const path = mkdtempSync(join(tmpdir(), 'palimpsest-leftovers-'));
  data.push(path);
  const directory = dataDirectory(path);
  ensureDirectories(directory);
  const installation = openInstallation();
  const files = new FileStore(directory.content);
  const ground = { directory, settings: { hourMs }, db: installation.db, files, isInCharge: () => true };
  /** A file that was written some hours ago. */
  const put = (file: string, hours: number): string => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'bytes');
    const time = new Date(now.getTime() - hours * hourMs);
    utimesSync(file, time, time);
    return file;
  };
  return { ...installation, path, directory, files, ground: { ...ground, ...over }, put };
}

const hashOf = (text: string): string => sha256Of(Buffer.from(text));

function createAsset({ accept }: ReturnType<typeof makeGround>, sha256: string): void {
  accept({
    kind: 'create-page',
    page: '22222222-0000-4000-8000-000000000001',
    type: 'asset',
    schemaVersion: 1,
    document: { text: '{}', refusal: null },
    place: null,
    file: { sha256, bytes: 5, type: 'text/plain', name: 'a.txt' },
  });
}

test('what no event speaks of goes after a day: not earlier, and nothing else', async () => {
  const made = makeGround();
  const { ground, put, path, files } = made;
  createAsset(made, hashOf('named'));
  const gone = [
    put(pathIn(path, hashOf('old')), 25),
    put(join(files.incoming, '17-cut-off'), 25),
    put(pathIn(path, hashOf('older')), 1000),
  ];
  const stays = [
    put(pathIn(path, hashOf('named')), 1000),
    put(pathIn(path, hashOf('young')), 23),
    put(join(files.incoming, '17-arriving'), 23),
    put(join(files.directory, 'README'), 1000),
    put(join(files.directory, 'ab', 'notes'), 1000),
  ];
  expect(await removeLeftoverFiles(ground, now)).toBe(3);
  expect(gone.filter(existsSync)).toEqual([]);
  expect(stays.filter((file) => !existsSync(file))).toEqual([]);
});

test('a file whose upload waits for its event stays, and goes when it is known that there is none', async () => {
  const { ground, put, path, files } = makeGround();
  const sha256 = hashOf('awaited');
  await files.keep(put(join(files.incoming, '17-whole'), 0), sha256);
  const file = put(pathIn(path, sha256), 48);
  expect(await removeLeftoverFiles(ground, now)).toBe(0);
  files.settle(sha256);
  expect(await removeLeftoverFiles(ground, now)).toBe(1);
  expect(existsSync(file)).toBe(false);
});

test('a file that comes to be named or awaited while it is looked at stays', async () => {
  const made = makeGround();
  const { ground, put, path, files } = made;
  const old = put(pathIn(path, hashOf('old')), 48);
  let asked = 0;
  // Asked the third time just before it is removed.
  const isInCharge = (): boolean => {
    asked += 1;
    if (asked === 3) createAsset(made, hashOf('old'));
    return true;
  };
  expect(await removeLeftoverFiles({ ...ground, isInCharge }, now)).toBe(0);
  expect(asked).toBeGreaterThanOrEqual(3);
  expect([old, files.pathOf(hashOf('old'))].every(existsSync)).toBe(true);
});

test('nothing goes where this process is not in charge any more', async () => {
  const { ground, put, path } = makeGround();
  put(pathIn(path, hashOf('old')), 48);
  expect(await removeLeftoverFiles({ ...ground, isInCharge: () => false }, now)).toBe(0);
});

test('nothing goes while there is a version to go back to', async () => {
  const { ground, put, path, directory, db } = makeGround();
  const file = put(pathIn(path, hashOf('old')), 48);
  const predecessor = put(directory.predecessor('1.0.0'), 48);
  expect(await removeLeftoverFiles(ground, now)).toBe(0);
  rmSync(predecessor);
  const entry = {
    programVersion: '1.1.0',
    schemaVersion: 4,
    ladderHash: 'x',
    at: now.toISOString(),
    position: 0,
  };
  addInChargeEntry(db, { ...entry, epoch: 1, predecessor: null, predecessorVersion: null });
  addInChargeEntry(db, { ...entry, epoch: 2, predecessor: 'db_1.0.0.sqlite', predecessorVersion: '1.0.0' });
  expect(await removeLeftoverFiles(ground, now)).toBe(0);
  finalizeEntries(db, { schemaVersion: 4, at: now.toISOString() });
  expect(await removeLeftoverFiles(ground, now)).toBe(1);
  expect(existsSync(file)).toBe(false);
});

test('a server does it by itself, and keeps what its assets have', async () => {
  // A day of its own: five seconds.
  const server = makeServer({ PALIMPSEST_TEST_HOUR_MS: '200' });
  await server.start();
  try {
    const { id, bytes, sha256 } = await upload(server, 'kept.bin');
    const left = pathIn(server.directory, hashOf('left'));
    const cut = join(server.directory, 'content', 'incoming', '17-cut-off');
    for (const file of [left, cut, pathIn(server.directory, sha256)]) {
      mkdirSync(dirname(file), { recursive: true });
      if (!existsSync(file)) writeFileSync(file, 'left');
      utimesSync(file, new Date(0), new Date(0));
    }
    while (existsSync(left) || existsSync(cut)) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await fileFrom(server, id)).equals(bytes)).toBe(true);
  } finally {
    await server.remove();
  }
});
