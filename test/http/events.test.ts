import { createHash } from 'node:crypto';
import { createPage, save, tokenFor, write } from '../support/pages.js';
import { openStream } from '../support/event-stream.js';
import { adminSecret, makeServer, useServer } from '../support/server.js';
import { ladder } from '../support/ladder.js';

const server = useServer();

describe('The feed', () => {
  it.each(['', 'x', '-1', '1.5'])('refuses to begin after %j', async (after) => {
    expect((await server.request('GET', `/events?after=${after}`)).status).toBe(400);
  });

  it.each(['x', '-1', '1e3'])('refuses to resume after the event %j', async (id) => {
    const headers = { accept: 'text/event-stream', 'last-event-id': id };
    const { status, json } = await server.request('GET', '/events', { headers });
    expect([status, json.code]).toEqual([400, 'malformed-request']);
  });

  it('shows each event whole, in the order of positions, without gaps', async () => {
    const { id } = await createPage(server, { slug: 'shown', content: { title: 'x', n: 1 } });
    const { position } = await write(server, 'POST', `/pages/${id}/publish`);
    const { json } = await server.request('GET', '/events?limit=500');
    expect(json.items.map((event) => event.position)).toEqual(
      Array.from({ length: position }, (_, n) => n + 1),
    );
    expect(json.items.at(-2)).toEqual({
      position: position - 1,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      stream: id,
      streamVersion: 1,
      type: 'PageCreated',
      at: expect.stringMatching(/Z$/) as string,
      by: expect.objectContaining({ kind: 'token' }) as unknown,
      changeset: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      schemaVersion: ladder.finalized,
      storedSchemaVersion: ladder.finalized,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      data: expect.objectContaining({ pageType: 'document', content: { title: 'x', n: 1 } }) as unknown,
    });
  });

  it('is filtered by position, type and page', async () => {
    const { id } = await createPage(server);
    await save(server, id, 1, { title: 'Second' });
    await save(server, id, 2, { title: 'Third' });
    const types = async (query: string): Promise<readonly string[]> =>
      (await server.request('GET', `/events?${query}`)).json.items.map(({ type }) => type);
    expect(await types(`page=${id}`)).toEqual(['PageCreated', 'PageSaved', 'PageSaved']);
    expect(await types(`page=${id}&type=PageSaved`)).toEqual(['PageSaved', 'PageSaved']);
    expect(await types(`after=${(await server.position()) - 1}`)).toEqual(['PageSaved']);
    expect(await types('type=Nothing')).toEqual([]);
  });

  it.each(['/events', '/changesets'])('%s?after= has to be a position that has happened', async (path) => {
    const end = await server.position();
    expect((await server.request('GET', `${path}?after=${end}`)).json.items).toEqual([]);
    for (const after of [
      end + 1,
      999_999_999_999_999,
      '99999999999999999999',
      -1,
      '1.5',
      '1e1',
      'x',
      '',
      '0x1',
    ]) {
      const { status, json } = await server.request('GET', `${path}?after=${after}`);
      expect([after, status, json.code]).toEqual([after, 400, 'malformed-request']);
    }
    const { json } = await server.request('GET', `${path}?after=${end + 1}`);
    expect(json).toMatchObject({
      detail: `position ${end + 1} has not happened yet: the log ends at ${end}`,
      parameter: 'after',
    });
  });

  it('can be resumed from no position that has not happened, and from nothing else', async () => {
    const accept = 'text/event-stream';
    const end = await server.position();
    for (const id of [end + 1, '99999999999999999999', '-1', '1.5', 'x']) {
      const headers = { accept, 'last-event-id': String(id) };
      const { status, json } = await server.request('GET', '/events', { headers });
      expect([id, status, json.header]).toEqual([id, 400, 'Last-Event-ID']);
    }
    const { status } = await server.request('GET', `/events?after=${end + 1}`, { headers: { accept } });
    expect(status).toBe(400);
  });

  it('shows no digest of a secret to anybody, in whatever form', async () => {
    const digest = createHash('sha256').update(adminSecret).digest('hex');
    const { json, text } = await server.request('GET', '/events?type=TokenCreated');
    expect(json.items[0]?.data).toEqual({ name: 'PALIMPSEST_ADMIN_TOKEN', role: 'admin', expiresAt: null });
    expect(text).not.toContain(digest);
    const stream = await openStream(server.url, adminSecret, {}, '?after=0');
    const first: unknown = (await stream.events.next()).value;
    stream.close();
    expect(first).toMatchObject({ type: 'TokenCreated' });
    expect(JSON.stringify(first)).not.toContain(digest);
    for (const path of ['/changesets', '/tokens', `/changesets/${String(json.items[0]?.changeset)}`]) {
      expect((await server.request('GET', path)).text).not.toContain(digest);
    }
  });

  it('says nothing of tokens but to administrators', async () => {
    const token = await tokenFor(server, 'publisher');
    await createPage(server);
    const theirs = await server.request('GET', '/events?limit=500', { token });
    expect(theirs.json.items.length).toBeGreaterThan(0);
    expect(theirs.json.items.every(({ type }) => type.startsWith('Page'))).toBe(true);
    expect((await server.request('GET', '/events?type=TokenCreated', { token })).json.items).toEqual([]);
    expect((await server.request('GET', '/events?type=TokenCreated')).json.items.length).toBeGreaterThan(0);
    const sets = await server.request('GET', '/changesets?limit=500', { token });
    const all = await server.request('GET', '/changesets?limit=500');
    expect(sets.json.items.length).toBeLessThan(all.json.items.length);
  });
});

describe('The stream', () => {
  it('is resumed by Last-Event-ID without a gap and without a double, under concurrent saves', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await createPage(server)).id);
    const start = await server.position();
    const saves = Promise.all(
      ids.map(async (id) => {
        for (let version = 1; version <= 40; version++)
          await save(server, id, version, { title: `${version}` });
      }),
    );
    const end = start + 5 * 40;
    const received: number[] = [];
    while ((received.at(-1) ?? start) < end) {
      const stream = await openStream(server.url, adminSecret, {
        'last-event-id': String(received.at(-1) ?? start),
      });
      const before = received.length;
      for await (const event of stream.events) {
        received.push(event.id);
        // Cut off after a few, as a bad connection would, and come back.
        if (event.id >= end || received.length - before >= 17) break;
      }
      stream.close();
    }
    await saves;
    expect(received).toEqual(Array.from({ length: end - start }, (_, n) => start + 1 + n));
  });

  it('carries the same as the feed', async () => {
    const position = await server.position();
    const { id } = await createPage(server, { content: { title: 'a\nb', list: [1] } });
    await save(server, id, 1, '{\n"title":\r\n"lines"}');
    const stream = await openStream(server.url, adminSecret, {}, `?after=${position}`);
    const events: unknown[] = [];
    for await (const event of stream.events) {
      events.push(event.data);
      if (events.length === 2) break;
    }
    stream.close();
    expect(events).toEqual((await server.request('GET', `/events?after=${position}`)).json.items);
  });

  it('has nothing but a head for HEAD', async () => {
    const response = await fetch(`${server.url}/events`, {
      method: 'HEAD',
      headers: { accept: 'text/event-stream', authorization: `Bearer ${adminSecret}` },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
  });

  it('ends when its token is revoked', async () => {
    const { json } = await write(server, 'POST', '/tokens', { body: { role: 'editor' } });
    const stream = await openStream(server.url, json.secret, {}, `?after=${await server.position()}`);
    const ended = stream.ended();
    await write(server, 'DELETE', `/tokens/${json.id}`);
    await ended;
    expect((await server.request('GET', '/events', { token: json.secret })).status).toBe(401);
  });

  it('ends when the server stops, also for a client that reads nothing', async () => {
    const other = makeServer();
    await other.start();
    try {
      const content = { title: 'x', text: 'x'.repeat(2_000_000) };
      for (let n = 0; n < 10; n++) await createPage(other, { content });
      const reading = await openStream(other.url, adminSecret, {}, `?after=${await other.position()}`);
      const stalled = await openStream(other.url, adminSecret, {});
      const ended = reading.ended();
      expect(await other.stop()).toBe(0);
      await ended;
      stalled.close();
    } finally {
      await other.remove();
    }
  });
});

describe('The feed of large documents', () => {
  const own = useServer();

  it('comes in pages of 16 MB, however many events are asked for', async () => {
    const body = 'x'.repeat(7 * 1024 * 1024);
    const { id } = await createPage(own, { content: { title: 'Large', body } });
    for (const version of [1, 2, 3]) await save(own, id, version, { title: `Large ${version}`, body });
    const versions: number[] = [];
    const lengths: number[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = `page=${id}&limit=500${cursor && `&cursor=${cursor}`}`;
      const { json } = await own.request('GET', `/events?${query}`);
      lengths.push(json.items.length);
      versions.push(...json.items.map(({ streamVersion }) => Number(streamVersion)));
      cursor = json.next;
    }
    expect(lengths).toEqual([2, 2]);
    expect(versions).toEqual([1, 2, 3, 4]);
  });
});
