/**
 * What one client can do to the others: for each attack the longest time that an honest read and an honest save waited,
 * and the most memory that the server had (its resident set). Each attack has a server of its own.
 * `node hostile.js streams` runs the attacks whose name begins so.
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { pageId } from './documents.js';
import { milliseconds, printMachine } from './figure.js';
import { startHonest } from './honest.js';
import { adminToken } from './requests.js';
import { startFilledProduct, type Server } from './server.js';
import { onStage } from './stage.js';

const largeBytes = 10_000_000;
const honestPages = 20;
const attackMs = 10_000;

interface Victim extends Server {
  /** Where its log ends. */
  readonly position: number;
  /** Tokens besides the administrator's: to each belong no more than a hundred streams. */
  readonly tokens: readonly string[];
}

interface Attack {
  readonly name: string;
  /** Opens what it takes. What is answered is closed when the time is over. */
  readonly begin: (victim: Victim) => readonly Socket[];
}

const tokenCount = 5;
const head = headOf(adminToken);
const largePage = pageId(honestPages);
const readLarge = `GET /pages/${largePage}/content HTTP/1.1\r\n${head}\r\n`;

const attacks: readonly Attack[] = [
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
    name: 'streams: 500 from 0 over 10 MB that never read',
    begin: (server) => times(500, (n) => send(server, streamAfter(0, server, n), 'deaf')),
  },
];

async function hostile(chosen: readonly Attack[]): Promise<void> {
  for (const { name, begin } of chosen) {
    await onStage(async (stage) => {
      const server = await stage.keep(startFilledProduct(await stage.directory(), honestPages));
      const tokens: string[] = [];
      while (tokens.length < tokenCount) {
        tokens.push(((await (await post(server, '/tokens', tokenBody)).json()) as { secret: string }).secret);
      }
      const created = await post(server, '/pages', { ...largePageBody, id: largePage });
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

/** @throws when it is refused */
async function post({ host, port }: Server, path: string, body: object): Promise<Response> {
  const answer = await fetch(`http://${host}:${port}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${adminToken}`,
      'schema-version': '1',
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`POST ${path} was answered ${answer.status}`);
  return answer;
}

const tokenBody = { role: 'editor' };
const largePageBody = { type: 'document', content: { title: 'Large', body: 'x'.repeat(largeBytes) } };
const largeBody = JSON.stringify(largePageBody);
const largeRequest = Buffer.from(
  `POST /pages HTTP/1.1\r\n${head}Content-Type: application/json\r\nSchema-Version: 1\r\n` +
    `Content-Length: ${largeBody.length}\r\n\r\n${largeBody}`,
);

function createLarge(): Buffer {
  return largeRequest;
}

function streamAfter(position: number, { tokens }: Victim, number: number): string {
  const its = headOf(tokens[number % tokens.length] ?? adminToken);
  return `GET /events?after=${position} HTTP/1.1\r\n${its}Accept: text/event-stream\r\n\r\n`;
}

function headOf(token: string): string {
  return `Host: x\r\nAuthorization: Bearer ${token}\r\n`;
}

function send({ host, port }: Server, request: string | Buffer, how: 'reading' | 'deaf'): Socket {
  const socket = connect({ host, port }, () => socket.write(request));
  socket.on('error', () => undefined); // refused, or cut off: what it is about
  if (how === 'deaf') socket.pause();
  else socket.resume();
  return socket;
}

function times<T>(count: number, make: (number: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, number) => make(number));
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
await hostile(attacks.filter(({ name }) => name.startsWith(prefix)));
