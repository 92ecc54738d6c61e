import { connect, type Socket } from 'node:net';
import { openStream, type OpenStream } from '../support/event-stream.js';
import { createPage, save, speaks, tokenFor } from '../support/pages.js';
import { adminSecret, makeServer, type Sending } from '../support/server.js';

const mib = 1024 * 1024;
const server = makeServer({
  PALIMPSEST_BODY_MIB: '24',
  PALIMPSEST_ANSWER_MIB: '24',
  PALIMPSEST_STREAMS: '20',
  PALIMPSEST_STALLED_MS: '100000000',
});
beforeAll(() => server.start());
afterAll(() => server.remove());

type Counted = 'bodyBytes' | 'answerBytes' | 'streams';

async function inUse(what: Counted): Promise<number> {
  const { json } = await server.request('GET', '/system');
  return (json.memory as Record<Counted, { inUse: number }>)[what].inUse;
}

async function until(what: Counted, isSo: (inUse: number) => boolean): Promise<void> {
  while (!isSo(await inUse(what))) await new Promise((resolve) => setTimeout(resolve, 10));
}

function request(method: string, path: string, headers: readonly string[], token = adminSecret): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${token}`, ...headers, '', ''].join(
    '\r\n',
  );
}

const json = ['Content-Type: application/json', 'Schema-Version: 1'];

/** A connection on which something was sent, and nothing is read. */
function deaf(text: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(text);
      resolve(socket);
    });
    socket.pause().once('error', reject);
  });
}

/** What comes back first. */
function firstOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (chunk) => {
      resolve(String(chunk));
    });
    socket.resume();
  });
}

describe('Bodies on their way', () => {
  it('beyond what a token may have of them are refused before they come, until others are answered or gone', async () => {
    const announced = request('POST', '/pages', [...json, `Content-Length: ${10 * mib}`]);
    const first = await deaf(announced);
    await until('bodyBytes', (bytes) => bytes === 10 * mib);
    const second = await deaf(announced);
    const answer = await firstOf(second);
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
    expect(answer).toMatch(/^retry-after: 1\r$/im);
    expect(answer).toContain(`"code":"too-many-requests"`);
    second.destroy();
    await createPage(server); // small
    first.destroy();
    await until('bodyBytes', (bytes) => bytes === 0);
    const { id } = await createPage(server, { content: { title: 'x', body: 'x'.repeat(9 * mib) } });
    await save(server, id, 1, { title: 'small' });
    await until('bodyBytes', (bytes) => bytes === 0);
  });

  it('leave room for small ones of others, whoever holds the rest', async () => {
    const announced = (token: string): string =>
      request('POST', '/pages', [...json, `Content-Length: ${9 * mib}`], token);
    const tokens = [await tokenFor(server, 'editor'), await tokenFor(server, 'editor')];
    const held = await Promise.all(tokens.map((token) => deaf(announced(token))));
    await until('bodyBytes', (bytes) => bytes === 18 * mib);
    const third = await deaf(announced(adminSecret));
    expect(await firstOf(third)).toMatch(/^HTTP\/1\.1 429 /);
    await createPage(server);
    for (const socket of [...held, third]) socket.destroy();
    await until('bodyBytes', (bytes) => bytes === 0);
  });

  it('that say nothing of their length are counted as they come', async () => {
    const piece = `100000\r\n${'x'.repeat(mib)}\r\n`;
    const chunked = request('POST', '/pages', [...json, 'Transfer-Encoding: chunked']);
    const first = await deaf(chunked + piece.repeat(9));
    await until('bodyBytes', (bytes) => bytes === 9 * mib);
    const second = await deaf(chunked + piece.repeat(9));
    expect(await firstOf(second)).toMatch(/^HTTP\/1\.1 429 /);
    first.destroy();
    second.destroy();
    await until('bodyBytes', (bytes) => bytes === 0);
  });

  it('are too large in themselves before they are too many', async () => {
    const first = await deaf(request('POST', '/pages', [...json, `Content-Length: ${10 * mib}`]));
    await until('bodyBytes', (bytes) => bytes === 10 * mib);
    const second = await deaf(request('POST', '/pages', [...json, `Content-Length: ${11 * mib}`]));
    expect(await firstOf(second)).toMatch(/^HTTP\/1\.1 413 /);
    first.destroy();
    second.destroy();
    await until('bodyBytes', (bytes) => bytes === 0);
  });
});

describe('Writes with small bodies that are answered with a large page', () => {
  const large = { title: 'x', body: 'x'.repeat(9 * mib) };
  const merge = { ...speaks, 'content-type': 'application/merge-patch+json' };

  it('count as what they are answered with, until it is out', async () => {
    const id = (await createPage(server, { content: large })).id;
    const shrunk = (await createPage(server, { content: large })).id;
    const key = { 'idempotency-key': 'large' };
    const first = { headers: { ...merge, ...key, 'if-match': '"v1"' }, body: { n: 1 } };
    expect((await server.request('PATCH', `/pages/${shrunk}/content`, first)).status).toBe(200);
    await save(server, shrunk, 2, { title: 'small' });
    const held = await deaf(request('POST', '/pages', [...json, `Content-Length: ${10 * mib}`]));
    await until('bodyBytes', (bytes) => bytes === 10 * mib);

    const any = { 'if-match': '"v1", "v2", "v3", "v4", "v5", "v6"' };
    const publish = { method: 'POST', path: `/pages/${id}/publish` };
    const writes: readonly (readonly [method: string, path: string, sending: Sending])[] = [
      ['PATCH', `/pages/${id}/content`, { headers: { ...merge, ...any }, body: { n: 1 } }],
      ['PATCH', `/pages/${id}/content?dryRun=true`, { headers: { ...merge, ...any }, body: { n: 1 } }],
      ['POST', publish.path, {}],
      ['POST', `/pages/${id}/move`, { headers: any, body: { slug: 'moved' } }],
      ['POST', `/pages/${shrunk}/restore`, { headers: any, body: { version: 1 } }],
      ['PATCH', `/pages/${shrunk}/content`, first],
      ['POST', '/batch?with=content', { headers: speaks, body: { commands: [publish] } }],
    ];
    for (const [method, path, sending] of writes) {
      const { status, json: problem } = await server.request(method, path, sending);
      expect([path, status, problem.code]).toEqual([path, 429, 'too-many-requests']);
    }
    const small = { headers: { ...merge, ...any }, body: { n: 1 } };
    expect((await server.request('PATCH', `/pages/${shrunk}/content`, small)).status).toBe(200);
    expect((await server.request('POST', '/batch', { body: { commands: [publish] } })).status).toBe(200);

    held.destroy();
    await until('bodyBytes', (bytes) => bytes === 0);
    for (const [method, path, sending] of writes) {
      expect([path, (await server.request(method, path, sending)).status]).toEqual([path, 200]);
      await until('bodyBytes', (bytes) => bytes === 0);
    }
  });

  it('are refused or answered, however many come at once', async () => {
    const { id } = await createPage(server, { content: large });
    const any = Array.from({ length: 200 }, (_, version) => `"v${version + 1}"`).join(', ');
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const sending = { headers: { ...merge, 'if-match': any }, body: { n } };
        return (await server.request('PATCH', `/pages/${id}/content`, sending)).status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    await until('bodyBytes', (bytes) => bytes === 0);
  });
});

describe('Answers that nobody reads', () => {
  it('are counted, refused beyond what a token may have, and forgotten with their connections', async () => {
    const { id } = await createPage(server, { content: { title: 'x', body: 'x'.repeat(8 * mib) } });
    const read = request('GET', `/pages/${id}/content`, []);
    const sockets = [await deaf(read)];
    await until('answerBytes', (bytes) => bytes > 0);
    for (let n = 0; n < 19; n++) sockets.push(await deaf(read));
    const { status, headers, json: problem } = await server.request('GET', `/pages/${id}/content`);
    expect([status, problem.code, headers.get('retry-after')]).toEqual([429, 'too-many-requests', '1']);
    expect(await inUse('answerBytes')).toBeLessThanOrEqual(12 * mib);
    const other = await tokenFor(server, 'editor');
    expect((await server.request('GET', `/pages/${id}/content`, { token: other })).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await until('answerBytes', (bytes) => bytes === 0);
    expect((await server.request('GET', `/pages/${id}/content`)).status).toBe(200);
  });

  it('are counted one behind the other on one connection, too', async () => {
    const { id } = await createPage(server, { content: { title: 'x', body: 'x'.repeat(5 * mib) } });
    const socket = await deaf(request('GET', `/pages/${id}/content`, []).repeat(100));
    await until('answerBytes', (bytes) => bytes > 5 * mib);
    expect(await inUse('answerBytes')).toBeLessThanOrEqual(12 * mib);
    socket.destroy();
    await until('answerBytes', (bytes) => bytes === 0);
  });

  it('are counted where nobody needs a token, too, and health checks are answered all the same', async () => {
    const viewer = '/docs/swagger-ui-bundle.js';
    const asked = `GET ${viewer} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(20);
    const ask = async (path: string): Promise<number> =>
      (await server.request('GET', path, { token: null })).status;
    const sockets: Socket[] = [];
    let status = 200;
    // As much as the kernel takes, it takes; so somebody more asks until it takes no more.
    while (status === 200 && sockets.length < 200) {
      sockets.push(await deaf(asked));
      status = await ask(viewer);
      expect([await ask('/healthz'), await ask('/readyz')]).toEqual([200, 200]);
    }
    expect(status).toBe(429);
    expect(await inUse('answerBytes')).toBeLessThanOrEqual(12 * mib);
    for (const socket of sockets) socket.destroy();
    await until('answerBytes', (bytes) => bytes === 0);
    expect(await ask(viewer)).toBe(200);
  });

  it('end with their connection when nothing moves on it', async () => {
    // Longer than this process may stand still between two looks.
    const hasty = makeServer({ PALIMPSEST_STALLED_MS: '3000' });
    try {
      await hasty.start();
      const { id } = await createPage(hasty, { content: { title: 'x', body: 'x'.repeat(9 * mib) } });
      const socket = connect(hasty.port, '127.0.0.1');
      socket.pause().write(request('GET', `/pages/${id}/content`, []));
      const waits = async (): Promise<number> => {
        const { json: system } = await hasty.request('GET', '/system');
        return (system.memory as Record<Counted, { inUse: number }>).answerBytes.inUse;
      };
      while ((await waits()) === 0);
      while ((await waits()) > 0);
      let got = 0;
      for await (const chunk of socket) got += (chunk as Buffer).length;
      expect(got).toBeLessThan(9 * mib);
    } finally {
      await hasty.remove();
    }
  });
});

describe('Open event streams', () => {
  it('are a tenth for one token, and no more for all together', async () => {
    const streams: OpenStream[] = [];
    const ask = async (token: string): Promise<number> => {
      const { status, headers } = await server.request('GET', '/events', {
        token,
        headers: { accept: 'text/event-stream' },
      });
      expect(headers.get('retry-after')).toBe('1');
      return status;
    };
    for (let n = 0; n < 10; n++) {
      const token = await tokenFor(server, 'editor');
      for (let one = 0; one < 2; one++) streams.push(await openStream(server.url, token, {}));
      expect(await ask(token)).toBe(429);
    }
    expect(await inUse('streams')).toBe(20);
    expect(await ask(adminSecret)).toBe(429);
    streams.pop()?.close();
    await until('streams', (count) => count === 19);
    streams.push(await openStream(server.url, adminSecret, {}));
    for (const stream of streams) stream.close();
    await until('streams', (count) => count === 0);
  });
});
