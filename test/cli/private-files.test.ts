import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { dist } from '../support/program.js';
import { start, succeed, temporaryDirectory } from './run.js';

const listening = /^listening on (http:\S+)$/m;

/** Whatever the user's umask: names of what anybody but the owner may read, write or enter. */
function openToOthers(directory: string): readonly string[] {
  return ['.', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })].filter(
    (name) => (statSync(join(directory, name)).mode & 0o077) !== 0,
  );
}

/** Runs the program with a umask that withholds nothing. */
function runOpenly(args: readonly string[], cwd?: string): void {
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', 'umask 000; exec "$@"', 'openly', process.execPath, join(dist, 'cli/main.js'), ...args],
    { encoding: 'utf8', ...(cwd !== undefined && { cwd }) },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

test('all that is written is its owner’s alone, exports too', async () => {
  const parent = temporaryDirectory();
  const data = join(parent, 'data');
  runOpenly(['token', 'create', '--role', 'admin', '--data', data]);
  runOpenly(['export', 'jsonl', join(parent, 'log.jsonl'), '--data', data]);
  runOpenly(['export', 'git', join(parent, 'git'), '--data', data]);
  expect(openToOthers(parent)).toEqual([]);
  const { says, end } = start(['serve', '--data', data, '--port', '0']);
  await says(listening);
  expect(existsSync(join(data, 'db.sqlite-shm'))).toBe(true);
  expect(openToOthers(parent)).toEqual([]);
  await end('SIGTERM');
});

test('rungs are sources, and as the user’s other files', () => {
  const parent = temporaryDirectory();
  const migrations = join(parent, 'rungs');
  runOpenly(['migrations', 'new', 'First', '--migrations', migrations]);
  expect(openToOthers(migrations)).toContain('0001-first.mjs');
});

const isOpen = (directory: string): boolean => (statSync(directory).mode & 0o077) !== 0;

test('a directory that has nothing in it yet but what a clone brings is shut by the first start, without a word', async () => {
  const data = join(temporaryDirectory(), 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'README.md'), 'What this directory holds');
  chmodSync(data, 0o755);
  const { says, end } = start(['serve', '--data', data, '--port', '0']);
  await says(listening);
  expect(isOpen(data)).toBe(false);
  expect((await end('SIGTERM')).stderr).toBe('');
});

test.each([
  ['something else', 0o755, 'notes.txt'],
  ['the rights of a directory for everybody', 0o1777, 'README.md'],
])('one with %s stays as it is, and that is told', async (_what, mode, name) => {
  const data = join(temporaryDirectory(), 'data');
  mkdirSync(data);
  writeFileSync(join(data, name), '');
  chmodSync(data, mode);
  const { says, end } = start(['serve', '--data', data, '--port', '0']);
  await says(listening);
  expect(statSync(data).mode & 0o7777).toBe(mode);
  expect((await end('SIGTERM')).stderr).toBe(
    `palimpsest: others can enter ${data}: run \`chmod go= ${data}\`\n`,
  );
});

test('what others may read of an installation is shut, and told', async () => {
  const data = join(temporaryDirectory(), 'data');
  mkdirSync(data);
  await succeed('token', 'create', '--role', 'admin', '--data', data);
  chmodSync(join(data, 'db.sqlite'), 0o644);
  chmodSync(data, 0o755);
  const { says, end } = start(['serve', '--data', data, '--port', '0']);
  await says(listening);
  expect(openToOthers(data)).toEqual(['.']);
  const { code, stderr } = await end('SIGTERM');
  expect(code).toBe(0);
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(
      /^palimpsest: others could read db\.sqlite.* in .*: from now on only the owner can$/,
    ),
    `palimpsest: others can enter ${data}: run \`chmod go= ${data}\``,
    '',
  ]);
});
