/**
 * What one client can do to the others: for each attack the longest time that an honest read and an honest save waited,
 * the most memory that the server had (its resident set), and the processor time of its busiest threads beyond what the honest ones
 * alone took. Each attack has a server of its own.
 * `node hostile.js streams` runs the attacks whose name begins so.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { pageId } from './documents.js';
import { milliseconds, printMachine } from './figure.js';
import { startHonest } from './honest.js';
import { headOf, send, times, withBody, write, type Attack, type Victim } from './hostile-attack.js';
import { workAttacks } from './hostile-work.js';
import { adminToken } from './requests.js';
import { startFilledProduct } from './server.js';
import { onStage } from './stage.js';

const largeBytes = 10_000_000;
const honestPages = 20;
const attackMs = 10_000;
const honestMs = 2_000;
/** Linux counts in these. */
const ticksASecond = 100;

const tokenCount = 5;
const head = headOf(adminToken);
const largePage = pageId(honestPages);
const readLarge = `GET /pages/${largePage}/content HTTP/1.1\r\n${head}\r\n`;

const memoryAttacks: readonly Attack[] = [
  {
    name: 'bodies: 150 of 10 MB at once',
    begin: (server) => times(150, () => send(server, createLarge(), 'reading')),
  },
  {
    name: 'bodies: 150 of 10 MB that are announced and never come',
    begin: (server) => times(150, () => send(server, createLarge().subarray(0, 1000), 'reading')),
  },
  {
    name: 'deaf: 300 that never read 10 MB',
    begin: (server) => times(300, () => send(server, readLarge, 'deaf')),
  },
  {
    name: 'deaf: one that asks 600 times for 10 MB',
    begin: (server) => [send(server, readLarge.repeat(600), 'deaf')],
  },
  {
    name: 'streams: 500 level with the log',
    begin: (server) => times(500, (n) => send(server, streamAfter(server.position, server, n), 'reading')),
  },
  {
    name: 'streams: 500 from 0 over 10 MB',
    begin: (server) => times(500, (n) => send(server, streamAfter(0, server, n), 'reading')),
  },
  {
    name: 'streams: 50, each from elsewhere, over 20 of 9 MB',
    prepare: async (server) => {
      const body = `{"type":"document","content":{"title":"Large","body":"${'y'.repeat(9_000_000)}"}}`;
      // What nobody has read is still on its way.
      for (let n = 0; n < 20; n++) await (await write(server, 'POST', '/pages', body)).text();
    },
    begin: (server) => times(50, (n) => send(server, streamAfter(n % 20, server, n), 'reading')),
  },
  {
    name: 'streams: 500 from 0 over 10 MB that never read',
    begin: (server) => times(500, (n) => send(server, streamAfter(0, server, n), 'deaf')),
  },
];

async function hostile(chosen: readonly Attack[]): Promise<void> {
  for (const { name, prepare, begin } of chosen) {
    await onStage(async (stage) => {
      const server = await stage.keep(startFilledProduct(await stage.directory(), honestPages));
      const tokens: string[] = [];
      while (tokens.length < tokenCount) {
        tokens.push(
          ((await (await write(server, 'POST', '/tokens', tokenBody)).json()) as { secret: string }).secret,
        );
      }
      const created = await write(server, 'POST', '/pages', largeBody);
      await prepare?.(server);
      const victim = { ...server, tokens, position: Number(created.headers.get('position')) };
      const memory = watchMemory(server.pid);
      const honest = startHonest(server, honestPages);
      const idle = threadTimes(server.pid);
      await wait(honestMs);
      const quiet = threadTimes(server.pid);
      const sockets = begin(victim);
      await wait(attackMs);
      const busy = beyond(idle, quiet, threadTimes(server.pid));
      const { reads, saves } = await honest.stop();
      for (const socket of sockets) socket.destroy();
      const rows = [`longest read ${shown(reads)}`, `longest save ${shown(saves)}`, memory.stop(), busy];
      console.log(`${name}\n  ${rows.join(', ')}`);
    });
  }
}

function shown({
  longestMs,
  answered,
  other,
}: {
  longestMs: number;
  answered: number;
  other: number;
}): string {
  return `${milliseconds(longestMs)} (${answered} answered, ${other} refused or broken)`;
}

const tokenBody = '{"role":"editor"}';
const largeContent = `{"title":"Large","body":"${'x'.repeat(largeBytes)}"}`;
const largeBody = `{"type":"document","id":"${largePage}","content":${largeContent}}`;
const largeRequest = withBody('POST', '/pages', `{"type":"document","content":${largeContent}}`);

function createLarge(): Buffer {
  return largeRequest;
}

function streamAfter(position: number, { tokens }: Victim, number: number): string {
  const its = headOf(tokens[number % tokens.length] ?? adminToken);
  return `GET /events?after=${position} HTTP/1.1\r\n${its}Accept: text/event-stream\r\n\r\n`;
}

function watchMemory(pid: number): { stop(): string } {
  let peakKib = 0;
  const look = (): void => {
    peakKib = Math.max(peakKib, residentKib(pid));
  };
  const timer = setInterval(look, 20);
  return {
    stop: () => {
      clearInterval(timer);
      const end = residentKib(pid) === 0 ? ', and it is dead' : '';
      return `peak ${Math.round(peakKib / 1024).toLocaleString('en')} MiB${end}`;
    },
  };
}

/** Seconds that each thread of a process has had of a processor, the main one first; none where there is no `/proc`. */
function threadTimes(pid: number): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14);
      times.set(thread, (Number(user) + Number(system)) / ticksASecond);
    }
  } catch {
    // It has ended.
  }
  return times;
}

/** What threads took after `quiet`, without what they would have taken if all had gone on as before. */
function beyond(...[idle, quiet, end]: readonly ReadonlyMap<string, number>[]): string {
  const [main, ...others] = Array.from(end ?? [], ([thread, seconds]) => {
    const before = quiet?.get(thread) ?? 0;
    const usual = ((before - (idle?.get(thread) ?? 0)) * attackMs) / honestMs;
    return Math.max(0, seconds - before - usual).toFixed(1);
  });
  const busiest = others.sort((a, b) => Number(b) - Number(a)).slice(0, 2);
  return `main thread ${main ?? '?'} s more, busiest others ${busiest.join(' and ')} s`;
}

/** Of a process; 0 when there is none, or no `/proc`. */
function residentKib(pid: number): number {
  try {
    return Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

printMachine();
const [prefix = ''] = process.argv.slice(2);
await hostile([...memoryAttacks, ...workAttacks].filter(({ name }) => name.startsWith(prefix)));
