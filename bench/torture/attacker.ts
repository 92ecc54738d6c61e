/** A hostile client: one attack after the other, chosen by the seed. */
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { ask } from './ask.js';
import { attacks, type Hostile, type Reply } from './attacks.js';
import type { Surroundings } from './editor.js';
import type { Random } from './random.js';

const betweenMs = 50;

export async function attack(
  around: Surroundings,
  random: Random,
  token: string,
  others: () => readonly string[],
): Promise<void> {
  const hat = attacks.flatMap((one) => Array.from({ length: one.weight }, () => one));
  while (!around.ending.aborted) {
    const port = around.port();
    const { name, run } = random.pick(hat);
    const hostile = { port, random, token, others: others(), ask: asking(around, name, token) };
    if (port !== 0) {
      around.findings.count('hostile attacks');
      await run(hostile).catch((error: unknown) => {
        around.findings.broken(error); // the server was killed under it, or has closed the connection
      });
    }
    await wait(betweenMs);
  }
}

/** Whatever it asks, a server that fails has a bug. */
function asking({ findings, port }: Surroundings, name: string, token: string): Hostile['ask'] {
  return async (method, path, body, headers): Promise<Reply> => {
    const sinceMs = performance.now();
    const told = await ask(port(), {
      method,
      path,
      token,
      headers: { 'schema-version': '1', ...headers },
      ...(body !== undefined && { body }),
    });
    findings.count('hostile answers');
    findings.answered(told.status, sinceMs, `${name}: ${method} ${path} (${told.text.slice(0, 300)})`);
    return told;
  };
}
