import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLockFile } from '../../src/log/database.js';
import { isOwnerLockHeld, tryOwnerLock } from '../../src/log/owner-lock.js';

/** Locks as `tryOwnerLock` does, says how it went, and stays until it is killed. */
const lockAndStay = `
  import { createRequire } from 'node:module';
  const [driver, file] = process.argv.slice(1);
  const Database = createRequire(import.meta.url)(driver);
  try {
    const db = new Database(file, { timeout: 0 });
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
    console.log('held');
  } catch (error) {
    console.log(error.code);
  }
  process.stdin.resume();
`;

const driver = createRequire(import.meta.url).resolve(
  Number(process.versions.node.split('.')[0]) < 22 ? 'better-sqlite3-12' : 'better-sqlite3',
);

let directory: string;
let file: string;
let children: ChildProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'palimpsest-'));
  file = join(directory, 'owner.lock');
  children = [];
});

afterEach(async () => {
  await Promise.all(children.map(kill));
  rmSync(directory, { recursive: true });
});

/** Answers with the process and what became of its attempt. */
async function tryElsewhere(): Promise<{ child: ChildProcess; answer: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', lockAndStay, driver, file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const [answer] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, answer: answer.toString().trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

describe('the owner lock', () => {
  it('is refused to a second process, and free once it is released', async () => {
    const lock = tryOwnerLock(file);
    expect(lock).toBeDefined();
    expect((await tryElsewhere()).answer).toBe('SQLITE_BUSY');
    lock?.release();
    expect((await tryElsewhere()).answer).toBe('held');
  });

  it('is refused while another process holds it, and free as soon as that one is killed', async () => {
    const { child, answer } = await tryElsewhere();
    expect(answer).toBe('held');
    expect(tryOwnerLock(file)).toBeUndefined();
    expect(tryOwnerLock(file)).toBeUndefined();
    await kill(child);
    const lock = tryOwnerLock(file);
    expect(lock).toBeDefined();
    lock?.release();
  });

  it('is refused a second time in the same process', () => {
    const lock = tryOwnerLock(file);
    expect(tryOwnerLock(file)).toBeUndefined();
    lock?.release();
    const again = tryOwnerLock(file);
    expect(again).toBeDefined();
    again?.release();
  });

  it('does not take any other failure for a lock that is held', () => {
    expect(() => tryOwnerLock(join(directory, 'nowhere', 'owner.lock'))).toThrow();
  });

  it('is seen to be held, by as many as look, and not because somebody else looks', async () => {
    tryOwnerLock(file)?.release(); // makes the file
    const looking = openLockFile(file, 0);
    looking.exec('BEGIN');
    looking.prepare('SELECT 1 FROM sqlite_schema').get();
    expect(isOwnerLockHeld(file)).toBe(false);
    looking.close();
    const { child, answer } = await tryElsewhere();
    expect(answer).toBe('held');
    expect([isOwnerLockHeld(file), isOwnerLockHeld(file)]).toEqual([true, true]);
    await kill(child);
    expect(isOwnerLockHeld(file)).toBe(false);
  });
});
