import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { dist } from '../support/program.js';
import { start, temporaryDirectory } from './run.js';

const listening = /^listening on (http:\S+)$/m;
const main = join(dist, 'cli/main.js');

describe.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s', (signal) => {
  test.each([0, 100, 300, 600])('ends a server that starts, after %d ms', async (ms) => {
    const { process: child, ended } = start(['serve', '--data', temporaryDirectory(), '--port', '0']);
    await wait(ms);
    child.kill(signal);
    const { code, stderr } = await ended;
    expect({ ended: code === 0 || child.signalCode === signal, stderr }).toEqual({ ended: true, stderr: '' });
  });

  test('ends one that serves, which closes its database', async () => {
    const data = temporaryDirectory();
    const { says, end } = start(['serve', '--data', data, '--port', '0']);
    await says(listening);
    expect(await end(signal)).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(data).sort()).toEqual(['content', 'db.sqlite', 'run']);
  });
});

/** In a namespace of its own, where users may make one: there the kernel spares process 1 what it has no handler for. */
const alone = ['unshare', '--user', '--map-root-user', '--fork', '--pid', '--kill-child'];
const canBeAlone = spawnSync(alone[0] ?? '', [...alone.slice(1), 'true']).status === 0;

test('as process 1 it hears signals before it has loaded', async () => {
  const data = temporaryDirectory();
  const [command = '', ...args] = [
    ...(canBeAlone ? alone : []),
    ...[process.execPath, main, 'serve', '--data', data, '--port', '0'],
  ];
  const child = spawn(command, args, { stdio: 'ignore' });
  const exited = once(child, 'exit');
  // Node itself takes a moment, in which nobody can hear anything: it is told until it has heard.
  while (child.exitCode === null && child.signalCode === null) {
    const pid = canBeAlone ? childOf(child) : (child.pid ?? 0);
    if (pid > 0) process.kill(pid, 'SIGTERM');
    await wait(20);
  }
  // Once it serves it would end with 0.
  expect(await exited).toEqual(canBeAlone ? [143, null] : [null, 'SIGTERM']);
});

function childOf({ pid = 0 }: ChildProcess): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  } catch {
    return 0; // it has ended
  }
}

test('a server does not outlive the `run` that holds its port, not even while it starts', async () => {
  for (const ms of [150, 300, 1500]) {
    const data = temporaryDirectory();
    const running = start(['run', '--data', data, '--port', '0']);
    await wait(ms);
    await Promise.all([running.end('SIGKILL')]); // its pipes close when the last that holds them has ended
  }
});
