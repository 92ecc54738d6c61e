import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Repository } from '../exchange/git/repository.js';
import { buildOf } from '../support/builds.js';
import { chainOf, expectLeft, makeSite, processesOn, stateOf, until } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');

const commits = 300;
let repository: Repository;

beforeAll(() => {
  repository = new Repository();
  for (let i = 0; i < commits; i++) repository.commit({ 'README.md': `# Version ${i}\n` });
});
afterAll(() => {
  repository.remove();
});

test('an import goes on with the new version, and each commit is in the log once', async () => {
  const site = makeSite();
  const old = await site.serve(older);
  const before = (await site.system()).position;
  const running = site.start(older, ['import', 'git', repository.directory, '--json']);
  await until(async () => (await site.system()).position > before + 20, 'some commits are in the log');
  running.process.kill('SIGSTOP');
  expect((await site.run(newer, 'upgrade')).code).toBe(0);
  expect((await old.ended).code).toBe(0);
  expect((await site.system()).position).toBeLessThan(before + commits);
  running.process.kill('SIGCONT');
  const { code, output } = await running.ended;
  expect(output).toContain(`"commits":${commits}`);
  expect(code).toBe(0);
  // Nothing else was written: one event a commit.
  expect(chainOf(join(site.data, 'db.sqlite'))).toHaveLength(before + commits);
});

function socketsOf(pid: number): number {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ''; // Closed meanwhile.
    }
  });
  return links.filter((link) => link.startsWith('socket:')).length;
}

test('a verb that writes while an upgrade hands over is answered by the new version', async () => {
  const site = makeSite();
  await site.serve(older);
  site.start(newer, ['upgrade', '--here'], { PALIMPSEST_TEST_FAULT: 'rename:stop' });
  const frozen = (): number | undefined => processesOn(site.data).find((pid) => stateOf(pid) === 'T');
  await until(() => frozen() !== undefined, 'the new version is frozen');
  const create = site.start(older, ['token', 'create', '--role', 'editor', '--name', 'Meanwhile', '--json']);
  await until(() => socketsOf(create.pid) > 2, 'the verb is connected, besides to its output');
  process.kill(frozen() ?? 0, 'SIGCONT');
  const { code, output } = await create.ended;
  expect(output).toContain('"secret"');
  expect(code).toBe(0);
  const { items } = (await site.get('/tokens')).json as { items: { name: string }[] };
  expect(items.filter(({ name }) => name === 'Meanwhile')).toHaveLength(1);
});

test('`tail` shows what the new version writes, too', async () => {
  const site = makeSite();
  await site.serve(older);
  const tail = site.start(older, ['tail', '--after', '0']);
  await tail.says(/^1 {2}/m);
  expect(await site.run(newer, 'upgrade')).toMatchObject({ code: 0 });
  await site.run(newer, 'token', 'create', '--role', 'editor', '--name', 'Later');
  await tail.says(/"name":"Later"/);
  tail.process.kill('SIGINT');
  const { output } = await tail.ended;
  const positions = [...output.matchAll(/^(\d+) {2}/gm)].map(([, position]) => Number(position));
  expect(positions).toEqual(positions.map((_, index) => index + 1));
});

/** An upgrade whose new version, a child of the older one, has stopped itself at a step. */
async function upgradeStoppedAt(step: 'lock' | 'replay' | 'accept') {
  const site = makeSite();
  const old = await site.serve(older, { PALIMPSEST_TEST_FAULT: `${step}:stop` });
  const upgrade = site.start(newer, ['upgrade']);
  const frozen = (): number | undefined => processesOn(site.data).find((pid) => stateOf(pid) === 'T');
  await until(() => frozen() !== undefined, 'the new version is frozen');
  return { site, old, upgrade, frozen: frozen() ?? 0 };
}

test('an upgrade whose older version dies before it has begun is told who serves', async () => {
  const { site, old, upgrade, frozen } = await upgradeStoppedAt('lock');
  old.process.kill('SIGKILL');
  await old.ended;
  process.kill(frozen, 'SIGCONT');
  expect(await upgrade.ended).toMatchObject({
    code: 0,
    output: expect.stringContaining(`process ${frozen} serves`) as string,
  });
  await until(
    async () => (await site.system().catch(() => undefined))?.version === '1.1.0',
    'the newer version serves',
  );
});

test('Ctrl-C ends an upgrade that can still be stopped', async () => {
  const { site, upgrade, frozen } = await upgradeStoppedAt('replay');
  upgrade.process.kill('SIGINT');
  await until(() => /SigPnd|ShdPnd/.test(signalsOf(frozen)), 'the new version is asked to stop');
  process.kill(frozen, 'SIGCONT');
  expect(await upgrade.ended).toMatchObject({
    code: 75,
    output: expect.stringContaining('stopped before it was done: nothing was changed') as string,
  });
  expect((await site.system()).version).toBe('1.0.0');
  await expectLeft(site, []);
});

test('Ctrl-C does not end a version that has the log: it serves, and goes on', async () => {
  const { site, old, upgrade, frozen } = await upgradeStoppedAt('accept');
  upgrade.process.kill('SIGINT');
  await wait(1_000); // were it asked to stop, it would be by now
  process.kill(frozen, 'SIGCONT');
  expect(await upgrade.ended).toMatchObject({
    code: 0,
    output: expect.stringContaining(`process ${frozen} serves`) as string,
  });
  expect(await old.ended).toMatchObject({ code: 0 });
  expect((await site.system()).version).toBe('1.1.0');
});

/** The line of proc(5) that tells of a SIGTERM that waits. */
function signalsOf(pid: number): string {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return status.split('\n').find((line) => /^(?:Sig|Shd)Pnd:\s+0*4000$/.test(line)) ?? '';
}
