import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start, temporaryDirectory } from './run.js';

const tools = mkdtempSync(join(tmpdir(), 'palimpsest-tools-'));
const log = join(tools, 'statuses');

beforeAll(() => {
  copyFileSync(fileURLToPath(new URL('../fixtures/curl.mjs', import.meta.url)), join(tools, 'curl'));
  chmodSync(join(tools, 'curl'), 0o755);
});

afterAll(() => {
  rmSync(tools, { recursive: true });
});

/** Runs lines as somebody would who pastes them into a shell; answers the statuses of what they asked. */
function pasted(lines: readonly string[], env: Readonly<Record<string, string>>): readonly number[] {
  writeFileSync(log, '');
  const script = ['shopt -s expand_aliases', ...lines].join('\n');
  const { status, stderr } = spawnSync('bash', ['-e'], {
    input: script,
    encoding: 'utf8',
    env: {
      ...process.env,
      ...env,
      CURL_LOG: log,
      PATH: `${tools}:${process.env.PATH ?? ''}`,
      NODE_OPTIONS: '',
    },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return readFileSync(log, 'utf8').trim().split('\n').map(Number);
}

/** The lines of the README's tour, without those that take what somebody has to fill in. */
function tour(): readonly string[] {
  const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  const [, text = ''] = readme.split('\n## A tour by curl\n');
  const [section = ''] = text.split('\n## ');
  const lines = section.split('\n').filter((line) => line.startsWith('    '));
  return lines.map((line) => line.trim()).filter((line) => !/^export (?:TOKEN|API)=/.test(line));
}

test('what npm start prints, and the tour of the README, work as often as somebody pastes them', async () => {
  const server = start(['serve', '--data', join(temporaryDirectory(), 'data'), '--port', '0']);
  const { input: said, 1: url = '' } = await server.says(/^listening on (http:\S+)$/m);
  const printed = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(?:export|curl) /.test(line));
  const [, TOKEN = ''] = /export TOKEN=(\S+)/.exec(said) ?? [];
  const env = { TOKEN, API: url };
  const ofTour = [
    201, 200, 412, 200, 200, 200, 200, 200, 200, 200, 308, 204, 200, 201, 200, 200, 200, 200, 200, 200,
  ];
  for (let times = 0; times < 2; times++) {
    expect(pasted(printed, {})).toEqual([201, 200, 200]);
    expect(pasted(tour(), env)).toEqual(ofTour);
  }
  await server.end('SIGTERM');
});
