import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openDatabase } from '../../src/log/database.js';
import { chain, genesisHash, hashPayload } from '../../src/log/digest.js';
import { contentOf } from '../../src/events/event.js';
import { readHead } from '../../src/log/log.js';
import { readLog } from '../../src/log/read-log.js';
import type { Body } from '../support/body.js';
import { endOf, otherProgram } from '../support/database-file.js';
import { createPage, onTop, save } from '../support/pages.js';
import { makeServer, useServer, type Answer } from '../support/server.js';
import { run } from '../cli/run.js';

const server = useServer();
const rounds = 20;
const pageCount = 10;

/** One save: what was asked, and what was told if an answer came. */
interface Attempt {
  readonly page: string;
  readonly base: number;
  readonly key: string;
  readonly body: string;
  answer?: Answer;
}

function attempt({ page, base, key, body }: Attempt): Promise<Answer> {
  return server.request('PUT', `/pages/${page}/content`, {
    headers: { ...onTop(base), 'idempotency-key': key },
    body,
  });
}

/** Saves a page again and again until the connection breaks; answers everything that was tried. */
async function saveUntilKilled(page: string, from: number): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  for (let base = from; ; base++) {
    const next: Attempt = {
      page,
      base,
      key: randomUUID(),
      body: `{ "title": "${base}.0", "after": ${base}.0 }`,
    };
    attempts.push(next);
    try {
      next.answer = await attempt(next);
    } catch {
      return attempts;
    }
    expect([next.answer.status, next.answer.json.contentVersion]).toEqual([200, base + 1]);
  }
}

/** What the client was told is so: the event at that position is this version, with these bytes. */
async function expectKept({ page, base, body, answer }: Attempt): Promise<void> {
  const { position = NaN } = answer ?? {};
  const { json, text } = await server.request('GET', `/events?after=${position - 1}&limit=1`);
  expect(json.items[0]).toMatchObject({
    position,
    stream: page,
    type: 'PageSaved',
    data: { version: base + 1, base },
  });
  expect(text).toContain(`"content":${body}`);
  expect((await server.request('GET', `/pages/${page}/content?version=${base + 1}`)).text).toBe(body);
}

/** Recomputes the hash chain from what is on disk. */
function expectWholeChain(): void {
  const db = openDatabase(join(server.directory, 'db.sqlite'), 'read');
  try {
    let hash = genesisHash;
    let count = 0;
    for (const event of readLog(db)) {
      const content = contentOf(event);
      hash = chain(hash, event);
      const isWhole =
        event.hash === hash &&
        event.payloadHash === hashPayload(event.payloadSalt ?? '', JSON.stringify(event.data), content);
      if (!isWhole || event.position !== ++count)
        throw new Error(`the chain breaks at position ${event.position}`);
    }
    expect(readHead(db)).toEqual({ position: count, hash });
  } finally {
    db.close();
  }
}

const told = ({ status, text, position, headers }: Answer): unknown => ({
  status,
  text,
  position,
  etag: headers.get('etag'),
});

it('a server killed at any moment has lost nothing that it had acknowledged', async () => {
  const versions = new Map<string, number>();
  for (let n = 0; n < pageCount; n++) versions.set((await createPage(server)).id, 1);

  for (let round = 0; round < rounds; round++) {
    const clients = [...versions].map(([page, version]) => saveUntilKilled(page, version));
    // Killed when some random number of events has been appended, so at a random moment of the load.
    const target = (await server.position()) + 1 + Math.floor(Math.random() * 100);
    while ((await server.position()) < target);
    await server.kill();
    const attempts = await Promise.all(clients);
    await server.start();
    expectWholeChain();

    for (const ofPage of attempts) {
      const acknowledged = ofPage.filter(({ answer }) => answer !== undefined);
      for (const kept of acknowledged.slice(-2)) await expectKept(kept);
      for (const repeated of acknowledged.slice(-1))
        expect(told(await attempt(repeated))).toEqual(told(repeated.answer as Answer));

      // Of the save without an answer nobody knows; asked again, it is there once.
      const open = ofPage.at(-1) as Attempt;
      open.answer = await attempt(open);
      expect([open.answer.status, open.answer.json.contentVersion]).toEqual([200, open.base + 1]);
      await expectKept(open);
      versions.set(open.page, open.base + 1);
    }
  }

  for (const [page, version] of versions) {
    const { json } = await server.request('GET', `/pages/${page}`);
    expect(json.contentVersion).toBe(version);
    const listed: Body[] = [];
    let cursor = '';
    do {
      const { json } = await server.request('GET', `/pages/${page}/versions?limit=500${cursor}`);
      listed.push(...json.items);
      cursor = json.next === null ? '' : `&cursor=${json.next}`;
    } while (cursor !== '');
    expect(listed.map((item) => item.version)).toEqual(
      Array.from({ length: version }, (_, n) => version - n),
    );
  }
  expectWholeChain();
});

test('killed while others copy the log into the file: every start takes what is left for its own', async () => {
  const own = makeServer();
  try {
    for (let round = 0; round < 4; round++) {
      await own.start();
      const { id } = await createPage(own);
      const target = (await own.position()) + 1 + Math.floor(Math.random() * 15);
      const checkpointing = await otherProgram(
        own.directory,
        `setInterval(() => db.pragma('wal_checkpoint(PASSIVE)'), 0);`,
      );
      const client = (async () => {
        for (let version = 1; ; version++) await save(own, id, version, { title: `${version}` });
      })().catch(() => undefined);
      while ((await own.position()) < target);
      // Either may be killed first, in the middle of anything.
      const ends = [() => own.kill(), () => endOf(checkpointing)];
      await Promise.all((Math.random() < 0.5 ? ends : ends.reverse()).map((end) => end()));
      await client;
      expect(own.log).not.toContain('"level":60');
    }
    await own.start();
    expect(await own.stop()).toBe(0);
    expect(await run('verify', '--data', own.directory)).toMatchObject({ code: 0 });
  } finally {
    await own.remove();
  }
});
