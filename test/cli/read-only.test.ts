import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOf } from '../support/builds.js';
import { dist } from '../support/program.js';
import { sentence, succeed, type Ended } from './run.js';

/** Root may write everywhere: then somebody else is asked, whose files these are. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
/** Where everybody may read it. */
const { version } = JSON.parse(readFileSync(join(dist, '../package.json'), 'utf8')) as { version: string };
const main = buildOf(version);

function everythingIn(directory: string): readonly string[] {
  return [
    directory,
    ...readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name)),
  ];
}

/** A data directory in which nobody may write, as on a medium that was mounted to be read. */
async function readOnlyData(): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'palimpsest-read-only-'));
  await succeed('token', 'create', '--role', 'admin', '--data', data);
  for (const file of everythingIn(data)) {
    if (nobody.uid !== undefined) chownSync(file, nobody.uid, nobody.gid);
    chmodSync(file, statSync(file).isDirectory() ? 0o555 : 0o444);
  }
  return data;
}

function runAsOther(...args: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    ...nobody,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  return { code: status, stdout, stderr };
}

let data: string;

beforeAll(async () => {
  data = await readOnlyData();
});

afterAll(() => {
  for (const file of everythingIn(data)) chmodSync(file, 0o755);
  rmSync(data, { recursive: true });
});

test.each([
  [['status'], 'log           1 positions'],
  [['verify'], '1 positions, the chain and all projections are whole'],
  [['export', 'jsonl'], '"type":"TokenCreated"'],
  [['token', 'list'], 'admin'],
])('where nothing can be written, %j reads', (verb, said) => {
  const { code, stdout, stderr } = runAsOther(...verb, '--data', data);
  expect({ code, stdout, stderr }).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(said) as string,
  });
});

test.each([[['serve', '--port', '0']], [['token', 'create', '--role', 'admin']], [['finalize']]])(
  'where nothing can be written, %j says so',
  (verb) => {
    expect(runAsOther(...verb, '--data', data)).toEqual({ code: 77, stdout: '', stderr: sentence('') });
  },
);
