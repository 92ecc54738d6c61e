import { Agent, request } from 'node:http';
import { Gate, type Destination } from '../../src/http/hand-over/gate.js';
import { Refusal } from '../../src/refusal.js';
import { buildOf } from '../support/builds.js';
import { adminSecret } from '../support/server.js';
import { makeSite, processesOn, stateOf, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');
const holdLimitMs = 5_000;

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly code: unknown;
  readonly tookMs: number;
  readonly isReused: boolean;
}

/** A client that keeps its one connection. */
class Client {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly site: Site) {}

  /** Writes a page of so many bytes; reads the tree without. */
  ask(bytes?: number): Promise<Answer> {
    const startedMs = performance.now();
    const { host, port } = this.site;
    const isWrite = bytes !== undefined;
    const headers = {
      authorization: `Bearer ${adminSecret}`,
      ...(isWrite && { 'content-type': 'application/json', 'schema-version': '1' }),
    };
    const path = isWrite ? '/pages' : '/tree';
    return new Promise((resolve, reject) => {
      const method = isWrite ? 'POST' : 'GET';
      const asking = request({ host, port, agent: this.agent, method, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.once('end', () => {
          const { code } = JSON.parse(text) as { code?: unknown };
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers['retry-after'],
            code,
            tookMs: performance.now() - startedMs,
            isReused: asking.reusedSocket,
          });
        });
      });
      asking.once('error', reject);
      const content = { title: 'Waited for', body: 'x'.repeat(bytes ?? 0) };
      asking.end(isWrite ? JSON.stringify({ type: 'document', content }) : undefined);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

test('who waits for too long is told to try again in a second, and keeps the connection', async () => {
  const site = makeSite();
  await site.serve(older);
  const asks = [100, 1_000_000, undefined];
  const clients = asks.map(() => new Client(site));
  const askAll = (): Promise<readonly Answer[]> =>
    Promise.all(clients.map((client, index) => client.ask(asks[index])));
  expect((await askAll()).map(({ status }) => status)).toEqual([201, 201, 200]);

  // The old log is shut and closed, and the new version is not live: the old one waits for it, and ends it.
  site.start(newer, ['upgrade', '--here'], { PALIMPSEST_TEST_FAULT: 'own:stop' });
  await until(() => processesOn(site.data).some((pid) => stateOf(pid) === 'T'), 'the new version is frozen');
  for (const answer of await askAll()) {
    expect(answer).toMatchObject({ status: 503, code: 'maintenance', retryAfter: '1', isReused: true });
    expect(answer.tookMs).toBeGreaterThanOrEqual(holdLimitMs - 50);
  }

  await until(async () => (await site.system()).mode === 'live', 'the old version serves again');
  const again = await askAll();
  expect(again.map(({ status }) => status)).toEqual([201, 201, 200]);
  expect(again.map(({ isReused }) => isReused)).toEqual([true, true, true]);
  for (const client of clients) client.close();
});

/** As many as may wait at a time. */
const mostHeld = 5_000;

test('when many wait, the next is told at once; the others go on when the log is back', async () => {
  const gate = new Gate();
  gate.become('parked');
  const waiting = Array.from({ length: mostHeld }, () => gate.pass(true));
  const refusal = await gate.pass(true).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ code: 'maintenance', details: { phase: 'read-only' } });
  expect(await gate.pass(false)).toBe('here');
  gate.become('open');
  expect(new Set(await Promise.all(waiting))).toEqual(new Set<Destination>(['here']));
  expect(gate.heldCount).toBe(0);
});

test('while the database is with nobody, reads wait with the writes, and all go where it went', async () => {
  const gate = new Gate();
  gate.become('parked');
  const write = gate.pass(true);
  gate.become('closed');
  const read = gate.pass(false);
  expect(gate.heldCount).toBe(2);
  gate.become('gone');
  expect(await Promise.all([write, read])).toEqual(['there', 'there']);
});
