import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { randomOf, type Random } from '../../bench/torture/random.js';
import { buildOf } from '../support/builds.js';
import { getOver } from '../support/kept-connection.js';
import { adminSecret } from '../support/server.js';
import { isListening, makeSite, processesOn, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');

/** For so long a version that has been replaced stays, whether or not anybody is connected; and a little longer. */
const stayMs = 7_000;

const keeping = (count: number): readonly Agent[] =>
  Array.from({ length: count }, () => new Agent({ keepAlive: true, maxSockets: 1 }));

test('connections stay as long as was promised, also through two versions that take over, and get one more answer', async () => {
  const site = makeSite();
  const first = await site.serve(older);
  const agents = keeping(10);
  for (const agent of agents)
    expect(await getOver(agent, site)).toMatchObject({
      status: 200,
      keepAlive: 'timeout=72',
      isReused: false,
    });
  expect(await site.run(newer, 'upgrade')).toMatchObject({ code: 0 });
  const [second = 0] = processesOn(site.data).filter((pid) => pid !== first.pid);
  expect(await site.run(older, 'revert')).toMatchObject({ code: 0 });
  await wait(stayMs); // neither has left, though nobody is connected to the second
  for (const agent of agents)
    expect(await getOver(agent, site)).toMatchObject({ status: 200, connection: 'close', isReused: true });
  expect(await first.ended).toMatchObject({ code: 0 });
  await until(() => !processesOn(site.data).includes(second), 'the second version has left, too');
  expect(await site.system()).toMatchObject({ version: '1.0.0', mode: 'live' });
  for (const agent of agents) agent.destroy();
});

test('whatever is answered after another version has taken over says that it was the last on its connection', async () => {
  const site = makeSite();
  const old = await site.serve(older);
  const paths = ['/healthz', '/readyz', '/', '/session', '/tree', '/nowhere', '/%zz'];
  const agents = keeping(paths.length);
  for (const agent of agents) await getOver(agent, site);
  expect(await site.run(newer, 'upgrade')).toMatchObject({ code: 0 });
  for (const [index, path] of paths.entries())
    expect(await getOver(agents[index] as Agent, site, path)).toMatchObject({
      connection: 'close',
      isReused: true,
    });
  expect(await old.ended).toMatchObject({ code: 0 });
});

/** Bytes that come in, of one answer to one request. */
async function slowly(
  site: Site,
  path: string,
): Promise<{ readonly socket: Socket; rest(): Promise<string> }> {
  const socket = connect(site.port, site.host);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminSecret}\r\n\r\n`);
  const first = await new Promise<Buffer>((resolve, reject) => {
    socket.once('error', reject).once('data', (chunk) => {
      socket.pause();
      resolve(chunk);
    });
  });
  return {
    socket,
    rest: async () => {
      const chunks = [first];
      const length = (): number => chunks.reduce((sum, { length }) => sum + length, 0);
      const head = first.indexOf('\r\n\r\n') + 4;
      const announced = Number(/^content-length: (\d+)\r$/im.exec(first.subarray(0, head).toString())?.[1]);
      for await (const chunk of socket) {
        chunks.push(chunk as Buffer);
        if (length() >= head + announced) break;
      }
      return Buffer.concat(chunks).subarray(head).toString();
    },
  };
}

function bodyIn(answer: string): string {
  const { content } = JSON.parse(answer) as { content: { body: string } };
  return content.body;
}

test('an answer that a client takes slowly is not cut off by a version that takes over, nor by SIGTERM', async () => {
  const site = makeSite();
  // However long an upgrade takes on a machine that is busy.
  const old = await site.serve(older, { PALIMPSEST_STALLED_MS: '600000' });
  const body = 'x'.repeat(9_000_000);
  const created = await fetch(`http://${site.host}:${site.port}/pages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${adminSecret}`,
      'content-type': 'application/json',
      'schema-version': '1',
      connection: 'close',
    },
    body: JSON.stringify({ type: 'document', content: { title: 'Large', body } }),
  });
  const { id } = (await created.json()) as { id: string };

  const before = await slowly(site, `/pages/${id}`);
  expect(await site.run(newer, 'upgrade')).toMatchObject({ code: 0 });
  await wait(stayMs);
  expect(bodyIn(await before.rest()) === body).toBe(true);
  before.socket.destroy();
  expect(await old.ended).toMatchObject({ code: 0 });

  const [pid = 0] = processesOn(site.data);
  const last = await slowly(site, `/pages/${id}`);
  process.kill(pid, 'SIGTERM');
  await until(async () => !(await isListening(site)), 'nobody is accepted any more');
  expect(bodyIn(await last.rest()) === body).toBe(true);
});

/** A client that uses its connection again after a while, each time another one; it opens a new one where it was told to, and only there. */
async function useAtAnyMoment(site: Site, random: Random, isOver: () => boolean): Promise<number> {
  const [agent] = keeping(1) as [Agent];
  let answered = 0;
  for (let isKept = false; !isOver(); answered += 1) {
    const heard = await getOver(agent, site);
    expect(heard).toMatchObject({ status: 200, isReused: isKept });
    isKept = heard.connection !== 'close';
    await wait(random.between(0, 9_000));
  }
  agent.destroy();
  return answered;
}

test('clients that use their connections at any moment are answered each time, while versions take over and stand still', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  console.log(`seed ${seed}`);
  const random = randomOf(seed);
  const site = makeSite();
  await site.serve(older);
  let isOver = false;
  const clients = Array.from({ length: 100 }, () => useAtAnyMoment(site, random, () => isOver));
  for (const [release, verb] of [
    [newer, 'upgrade'],
    [older, 'revert'],
    [newer, 'upgrade'],
  ] as const) {
    const before = processesOn(site.data);
    expect(await site.run(release, verb)).toMatchObject({ code: 0 });
    for (let times = 0; times < 4; times += 1) {
      const there = before.filter((pid) => processesOn(site.data).includes(pid));
      for (const pid of there) process.kill(pid, 'SIGSTOP');
      await wait(random.between(0, 1_000));
      for (const pid of there) process.kill(pid, 'SIGCONT');
      await wait(random.between(0, 1_000));
    }
  }
  isOver = true;
  for (const answered of await Promise.all(clients)) expect(answered).toBeGreaterThan(1);
});
