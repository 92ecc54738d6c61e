/**
 * What one client can do to the others: for each attack the longest time that an honest read and an honest save waited,
 * and the most memory that the server had (its resident set). Each attack has a server of its own.
 * `node hostile.js streams` runs the attacks whose name begins so.
 */
import { readFileSync } from 'node:fs';
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
      await wait(1000);
      const sockets = begin(victim);
      await wait(attackMs);
      const { reads, saves } = await honest.stop();
      for (const socket of sockets) socket.destroy();
      const rows = [`longest read ${shown(reads)}`, `longest save ${shown(saves)}`, memory.stop()];
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
