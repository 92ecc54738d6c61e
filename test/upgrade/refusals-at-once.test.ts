import { existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { dataDirectory } from '../../src/installation/data-directory.js';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import { expectRefused, expectUntouched, makeSite, stateOf, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');

test('a second upgrade, and a second server, while one is at it', async () => {
  const site = makeSite();
  await site.serve(older);
  const first = site.start(newer, ['upgrade', '--here'], { PALIMPSEST_TEST_FAULT: 'chase:stop' });
  await until(() => /"step":"chase"/.test(progressOf(site)), 'the first has replayed');
  await expectRefused(site, newer, ['upgrade'], 75, 'is being upgraded by process');
  await expectRefused(site, newer, ['upgrade', '--check'], 75, 'is being upgraded by process');
  await expectRefused(site, newer, ['finalize'], 78, 'the database belongs to 1.0.0');
  await expectRefused(site, older, ['finalize'], 75, 'is being upgraded by process');
  await expectRefused(site, older, ['serve', '--port', '0'], 75, 'is served by process');
  const { upgrade } = JSON.parse((await site.run(newer, 'status', '--json')).output) as {
    upgrade: { running: unknown };
  };
  expect(upgrade.running).toMatchObject({ from: '1.0.0', to: '1.1.0', step: 'chase' });
  const { pid } = upgrade.running as { pid: number };
  await goOn(pid);
  await first.says(/^listening on/m);
  await until(async () => (await site.system()).version === '1.1.0', 'the newer version serves');
});

test('whoever asks to take over, is refused, and does not wait for the answer', async () => {
  const site = makeSite();
  const old = await site.serve(older);
  const controlSocket = dataDirectory(site.data).controlSocket(old.pid);
  const head = 'POST /control/hand-over HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
  for (let n = 0; n < 5; n++) {
    // What is closed with something unread in it is reset.
    const socket = connect(controlSocket).pause();
    await once(socket, 'connect');
    socket.write(head);
    await wait(50);
    socket.destroy();
    await once(socket, 'close');
  }
  await expectUntouched(site);
  expect(old.process.exitCode).toBe(null);
});

test.each(['upgrade', 'upgrade --here'])('`%s` to a version that is killed half-way', async (verb) => {
  const site = makeSite();
  const env = { PALIMPSEST_TEST_FAULT: 'chase:kill' };
  await site.serve(older, env);
  const upgrade = site.start(newer, verb.split(' '), env);
  expect(await upgrade.ended).toMatchObject({
    code: 69,
    output: expect.stringContaining('palimpsest: the new version was killed') as string,
  });
  await until(async () => (await site.system()).mode === 'live', 'the older version serves on');
  expect((await site.system()).version).toBe('1.0.0');
});

test('three upgrades and two servers at the same moment: one upgrade is done, all others leave', async () => {
  const site = makeSite();
  // Whoever is first waits for the others: who comes when all is done is told, rightly, that there is nothing to do.
  await site.serve(older, { PALIMPSEST_TEST_FAULT: 'chase:stop' });
  const load = startLoad(site.port, 50);
  let othersAtWork = 4;
  const left = async (main: string, ...args: readonly string[]) => {
    const ended = await site.run(main, ...args);
    othersAtWork -= 1;
    return ended;
  };
  const all = Promise.all([
    ...[1, 2, 3].map(() => left(newer, 'upgrade')),
    ...[older, newer].map((main) => left(main, 'serve', '--port', '0')),
  ]);
  await until(() => othersAtWork === 0 && /"step":"chase"/.test(progressOf(site)), 'the others have left');
  const { pid } = JSON.parse(progressOf(site)) as { pid: number };
  await goOn(pid);
  const ended = await all;
  const { failures } = await load.stop();
  expect(failures).toEqual([]);
  const codes = ended.map(({ code }) => code);
  expect(codes.slice(0, 3).sort()).toEqual([0, 75, 75]);
  expect(codes.slice(3)).toEqual([75, 75]);
  for (const { code, output } of ended) {
    if (code === 75)
      expect(output).toMatch(/^palimpsest: .* (?:is being upgraded by|is served by|ended with 75)/m);
  }
  expect((await site.system()).version).toBe('1.1.0');
});

/** It says that it stops before it does: who is told to go on before that would stop for ever. */
async function goOn(pid: number): Promise<void> {
  await until(() => stateOf(pid) === 'T', 'the new version is frozen');
  process.kill(pid, 'SIGCONT');
}

function progressOf({ data }: Site): string {
  const file = join(data, 'run/upgrade.json');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
