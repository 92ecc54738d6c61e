import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase, type Database } from '../../src/log/database.js';
import { createInstallation } from '../../src/log/installation.js';
import { readHead } from '../../src/log/log.js';
import { createLogTables } from '../../src/log/log-tables.js';
import { firstSteps } from '../../src/installation/first-steps.js';
import { program } from '../support/installation.js';
import { type ProgramStart } from '../support/program.js';
import { run, sentence, start, succeed, temporaryDirectory } from './run.js';
import { inDatabase } from './tables.js';

const listening = /^listening on (http:\S+)$/m;

/** Starts a server; answers the token that it tells, and who it answers. */
async function firstStart(data: string, given?: ProgramStart) {
  const { says, end } = start(['serve', '--data', data, '--port', '0'], given);
  const [, url = ''] = await says(listening);
  const statusFor = async (token: string): Promise<number> =>
    (await fetch(`${url}/tree`, { headers: { authorization: `Bearer ${token}` } })).status;
  return { statusFor, end };
}

function tokenIn(stdout: string): string | undefined {
  return /export TOKEN=(\S+)/.exec(stdout)?.[1];
}

/**
 * A first start that works: it tells a token, and the token works at once.
 * @param before position that a start before it has come to
 */
async function expectFirstStart(data: string, before = 0): Promise<void> {
  const { statusFor, end } = await firstStart(data, {
    env: { PALIMPSEST_ADMIN_TOKEN: 'a-token-that-is-as-long-as-it-has-to-be' },
  });
  expect(await statusFor('a-token-that-is-as-long-as-it-has-to-be')).toBe(200);
  expect(await end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(data).sort()).toEqual(['content', 'db.sqlite', 'run']);
  expect(inDatabase(data, (db) => readHead(db).position)).toBe(before + 1);
}

describe('a first start that is killed', () => {
  test.each(firstSteps)(
    'at the step %s: the next one works, and no token is one that nobody saw',
    async (step) => {
      const data = temporaryDirectory();
      const killed = start(['serve', '--data', data, '--port', '0'], {
        env: { PALIMPSEST_TEST_FAULT: `${step}:kill` },
      });
      const { code, stdout, stderr } = await killed.ended;
      expect({ code, stderr }).toEqual({ code: null, stderr: '' });
      const database = join(data, 'db.sqlite');
      if (existsSync(database)) expect(statSync(database).size).toBeGreaterThan(0);

      const second = await firstStart(data);
      const told = tokenIn(stdout);
      const ended = await second.end('SIGTERM');
      const toldAgain = tokenIn(ended.stdout);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(step === 'token' ? told : toldAgain).toMatch(/\S/);
      expect(inDatabase(data, (db) => db.prepare('SELECT count(*) FROM tokens').pluck().get())).toBe(1);
      expect(readdirSync(join(data, 'run')).filter((name) => name.startsWith('first'))).toEqual([]);
    },
  );

  test.each([150, 300, 450, 600])('after %d ms', async (ms) => {
    const data = temporaryDirectory();
    const killed = start(['serve', '--data', data, '--port', '0']);
    await wait(ms);
    await killed.end('SIGKILL');
    const isMade = existsSync(join(data, 'db.sqlite'));
    await expectFirstStart(data, isMade ? inDatabase(data, (db) => readHead(db).position) : 0);
  });
});

describe('what a first start of another make has left is made anew', () => {
  const whole = (db: Database): void => {
    createInstallation(db, program);
  };
  test.each<[string, (file: string) => void]>([
    [
      'an empty file',
      (file) => {
        writeFileSync(file, '');
      },
    ],
    [
      'an empty file with a write-ahead log that is empty, too',
      (file) => {
        for (const suffix of ['', '-wal', '-shm']) writeFileSync(file + suffix, '');
      },
    ],
    [
      'an empty file with a journal',
      (file) => {
        writeFileSync(file, '');
        writeFileSync(`${file}-journal`, Buffer.alloc(512, 7));
      },
    ],
    ['a header', (file) => openDatabase(file).close()],
    [
      'half a header page',
      (file) => {
        inHalf(file);
      },
    ],
    [
      'some tables',
      (file) => {
        made(file, (db) => {
          createLogTables(db);
          db.exec('DROP TABLE ledger; DROP TABLE streams');
        });
      },
    ],
    [
      'all tables, and no row',
      (file) => {
        made(file, createLogTables);
      },
    ],
    [
      'all but its head',
      (file) => {
        made(file, (db) => {
          whole(db);
          db.exec('DELETE FROM head');
        });
      },
    ],
    [
      'some tables in a write-ahead log',
      (file) => {
        killedAfter(file, (db) => {
          createLogTables(db);
          db.exec('DROP TABLE events');
        });
      },
    ],
    [
      'all tables but no row of them in a write-ahead log',
      (file) => {
        killedAfter(file, createLogTables);
      },
    ],
  ])('%s', async (_what, write) => {
    const data = temporaryDirectory();
    write(join(data, 'db.sqlite'));
    await expectFirstStart(data);
  });

  function made(file: string, make: (db: Database) => void): void {
    const db = openDatabase(file);
    make(db);
    db.close();
  }

  /** A file and its write-ahead log, as a process leaves them that is killed. */
  function killedAfter(file: string, make: (db: Database) => void): void {
    const db = openDatabase(`${file}.open`);
    make(db);
    for (const suffix of ['', '-wal']) {
      copyFileSync(`${file}.open${suffix}`, file + suffix);
      chmodSync(file + suffix, 0o600);
    }
    db.close();
    rmSync(`${file}.open`);
  }

  function inHalf(file: string): void {
    openDatabase(file).close();
    writeFileSync(file, readFileSync(file).subarray(0, 4096));
  }
});

describe('what may hold something is left alone', () => {
  test.each<[string, (file: string) => void, number, string]>([
    [
      'a log without one of its tables',
      (file) => inDatabase(join(file, '..'), (db) => db.exec('DROP TABLE rungs')),
      65,
      'lost its table rungs',
    ],
    [
      'a log without its events',
      (file) => inDatabase(join(file, '..'), (db) => db.exec('DROP TABLE events')),
      65,
      'lost its table events',
    ],
    [
      'a write-ahead log whose database is gone',
      (file) => {
        writeFileSync(`${file}-wal`, readFileSync(file));
        rmSync(file);
      },
      78,
      'the file is missing or empty',
    ],
    [
      'a write-ahead log whose database is empty',
      (file) => {
        writeFileSync(`${file}-wal`, readFileSync(file));
        writeFileSync(file, '');
      },
      78,
      'the file is missing or empty',
    ],
  ])('%s', async (_what, change, code, why) => {
    const data = temporaryDirectory();
    await succeed('token', 'create', '--role', 'admin', '--data', data);
    change(join(data, 'db.sqlite'));
    const contents = (): readonly unknown[] =>
      readdirSync(data)
        .filter((name) => name.startsWith('db.sqlite'))
        .map((name) => [name, readFileSync(join(data, name), 'base64')]);
    const before = contents();
    expect(await run('serve', '--data', data, '--port', '0')).toEqual({
      code,
      stdout: '',
      stderr: sentence(why),
    });
    expect(contents()).toEqual(before);
  });
});

test('a database that was begun and not finished is nothing to read from', async () => {
  const data = temporaryDirectory();
  const file = join(data, 'db.sqlite');
  writeFileSync(file, '');
  expect(await run('status', '--data', data)).toMatchObject({
    code: 65,
    stderr: sentence('there is no database'),
  });
  openDatabase(file).close();
  expect(await run('verify', '--data', data)).toMatchObject({
    code: 65,
    stderr: sentence('was begun and never finished: run `palimpsest serve`'),
  });
});
