/** What a hostile client does: one attack at a time, each bounded in time, all on pages of its own. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { blocks, blocksAndVideo, deep, longText, numbers, smallLists } from './large-texts.js';
import { headOf, heard, openRaw } from './raw.js';
import type { Random } from './random.js';

export interface Hostile {
  readonly port: number;
  readonly random: Random;
  /** Of a role that may write. */
  readonly token: string;
  /** Pages of honest clients. */
  readonly others: readonly string[];
  /** Answers the status and the text. @throws Error when the connection breaks */
  readonly ask: (
    method: string,
    path: string,
    body?: string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Reply>;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

type Attack = (hostile: Hostile) => Promise<unknown>;

const patienceMs = 3000;
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PURGE'];
const targets = [
  '/pages', '/pages/x', '/batch', '/tree', '/paths/', '/paths/a/b', '/events', '/changesets', '/tokens', '/system',
  '/schema', '/schema/999999999999', '/schema/versions', '/openapi.json', '/healthz', '/readyz', '/me', '/',
]; // prettier-ignore
const pathTricks = [
  '/paths/../../etc/passwd', '/paths/..%2f..%2fetc', '/paths/%00', '/paths//', '/paths/%ff%fe', '/pages/%2e%2e/%2e%2e',
  '//pages', '/pages/..;/tokens', '/paths/%F0%9F%92%A9', `/paths/${'a/'.repeat(3000)}`, `/paths/${'a'.repeat(7000)}`,
  '/pages/__proto__', '/pages/constructor/content', 'http://other.example/pages', '*', '/pages?limit=1e9',
  '/pages?cursor=AAAA', '/events?after=-1', '/events?after=9e99', '/pages?asOf=0', '/pages?asOf=99999999999999999999',
  '/pages?limit=500&limit=500', '/tree?depth=1000000', '/pages?__proto__=1',
]; // prettier-ignore
const bodies = [
  '', '{', '[]', 'null', '"', '{"a":}', '\ufeff{}', '{"title":"a","title":"b"}', '{"n":1e400}', '{"__proto__":{"x":1}}',
  '{"comment":{"constructor":1}}', '{"commands":{}}', '{"commands":[]}', '{"commands":[null]}', '{"type":"document"}',
  '{"type":"document","content":[]}', '{"type":"document","content":{"title":1}}', '{"type":"\\ud800","content":{}}',
  '{"type":"document","content":{"title":"x"},"parent":"x"}', '{"version":-1}', '{"slug":"\\u0000"}', '{"role":"god"}',
  '{"commands":[{"method":"POST","path":"/batch","body":{"commands":[]}}]}', '[{"op":"copy","from":"","path":"/a"}]',
  '[{"op":"add","path":"/__proto__/x","value":1}]', '{"content":{"_id":{}},"type":"page"}',
]; // prettier-ignore
const contentTypes = [
  'application/json',
  'application/json-patch+json',
  'application/merge-patch+json',
  'text/plain',
];

/** One request of random parts. */
const nonsense: Attack = async ({ ask, random, others }) => {
  const page = random.pick([...others, randomUUID()]);
  const ofPage = [
    '',
    '/content',
    '/move',
    '/publish',
    '/unpublish',
    '/restore',
    '/versions',
    '/diff',
    '/undelete',
  ];
  const target = random.pick([
    ...targets,
    ...pathTricks.filter((path) => path.startsWith('/')),
    ...ofPage.map((end) => `/pages/${page}${end}`),
  ]);
  // Never on top of what is there: honest pages stay as their owners know them.
  await ask(random.pick(methods), encodeURI(target).replaceAll('%25', '%'), random.pick(bodies), {
    'content-type': random.pick(contentTypes),
    'if-match': random.pick(['"v999999"', '"v0"', 'x', '""', '"v-1"', 'W/"v1']),
    'schema-version': random.pick(['1', '0', '-1', '4', '99', 'x']),
  });
};

const rawBytes: Attack = async ({ port, random, token }) => {
  const line = random.pick([
    'GARBAGE\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
    `POST /pages HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${headOf('POST', '/pages', token, 'Transfer-Encoding: chunked')}\r\nffffffffffffffff\r\n`,
    `${headOf('GET', '/pages', token)}X: ${'y'.repeat(100_000)}\r\n\r\n`,
    `${headOf('GET', '/healthz', token)}\r\n`.repeat(500),
    Buffer.from(Array.from({ length: 300 }, () => random.between(0, 255))),
  ]);
  await heard(openRaw(port, [line]), 500);
};

const badPaths: Attack = async ({ port, random, token }) => {
  await heard(
    openRaw(port, [`${headOf('GET', random.pick(pathTricks), token)}Connection: close\r\n\r\n`]),
    1000,
  );
};

const wrongTokens: Attack = async ({ ask, random, others }) => {
  for (let count = 0; count < 30; count++) {
    const authorization = random.pick([
      'Bearer x',
      'Basic eDp5',
      'Bearer ',
      `Bearer ${'y'.repeat(8000)}`,
      'Bearer \t',
    ]);
    await ask('DELETE', `/pages/${random.pick(others)}`, undefined, { authorization, 'if-match': '"v1"' });
  }
};

const slowChunks: Attack = async ({ port, token }) => {
  const head = `${headOf('POST', '/pages', token, 'Content-Type: application/json', 'Transfer-Encoding: chunked')}\r\n`;
  const parts = Array.from({ length: 20 }, () => '1\r\n{\r\n');
  await together(30, () => openRaw(port, [head, ...parts], 'reading', 100));
};

const bodiesThatNeverCome: Attack = async ({ port, token }) => {
  const head = headOf('POST', '/pages', token, 'Content-Type: application/json', 'Content-Length: 10000000');
  await together(60, () => openRaw(port, [`${head}\r\n{`]));
};

const manyStreams: Attack = async ({ port, token }) => {
  const head = `${headOf('GET', '/events', token, 'Accept: text/event-stream')}\r\n`;
  await together(300, () => openRaw(port, [head], 'deaf'));
};

const deafReaders: Attack = async (hostile) => {
  const page = await created(hostile, 'document', longText('Deaf', 5_000_000));
  const read = `${headOf('GET', `/pages/${page}/content`, hostile.token)}\r\n`;
  await together(60, () => openRaw(hostile.port, [read.repeat(10)], 'deaf'));
};

const largeDiff: Attack = async (hostile) => {
  const { ask } = hostile;
  const page = await created(hostile, 'document', numbers(1_500_000, 1));
  await save(hostile, page, 1, numbers(1_500_000, 2));
  await Promise.all([1, 2, 3].map(() => ask('GET', `/pages/${page}/diff?from=1&to=2`)));
};

/** A client of schema version 1 shuffles what a newer one has put a video into. */
const mergeBesideHidden: Attack = async (hostile) => {
  const { ask, random } = hostile;
  const count = random.pick([1000, 8000, 40_000]);
  const page = await created(hostile, 'page', blocksAndVideo(count), 4);
  const { text } = await ask('GET', `/pages/${page}/content`, undefined, { 'schema-version': '1' });
  const seen = JSON.parse(text) as { blocks?: object[] };
  await save(hostile, page, 1, JSON.stringify({ ...seen, blocks: seen.blocks?.reverse() }));
};

const manyBlocks: Attack = async (hostile) => {
  const page = await created(hostile, 'page', blocks(hostile.random.pick([20_000, 100_000, 200_000])));
  await save(hostile, page, 1, blocks(20_000, 7));
};

const manyValues: Attack = async (hostile) => {
  await created(hostile, 'document', smallLists(hostile.random.pick([300_000, 2_000_000])));
};

const tooDeep: Attack = async (hostile) => {
  await created(hostile, 'document', deep(hostile.random.pick([100, 100_000, 5_000_000])));
};

const emptyPatches: Attack = async (hostile) => {
  const page = await created(
    hostile,
    'document',
    longText('Patched', hostile.random.pick([10_000, 8_000_000])),
  );
  const item = { method: 'PATCH', path: `/pages/${page}/content`, headers: { 'If-Match': '"v1"', 'Content-Type': 'application/json-patch+json' }, body: [] }; // prettier-ignore
  await hostile.ask('POST', '/batch', JSON.stringify({ commands: Array.from({ length: 1000 }, () => item) }));
};

const manyCreations: Attack = async (hostile) => {
  const commands = Array.from({ length: 1000 }, (_, index) => ({
    method: 'POST',
    path: '/pages',
    body: { type: 'folder', slug: `h-${randomUUID()}`, content: { title: String(index) } },
  }));
  await hostile.ask('POST', '/batch', JSON.stringify({ commands }));
};

/** A chain of pages, moved about, under itself, too. */
const treeTricks: Attack = async (hostile) => {
  const { ask, random } = hostile;
  const chain: string[] = [];
  const length = random.pick([5, 120]);
  for (let level = 0; level < length; level++) {
    const id = randomUUID();
    const body = { type: 'folder', id, slug: 's'.repeat(random.between(1, 60)) + id, parent: chain.at(-1) ?? null, content: { title: 'x' } }; // prettier-ignore
    await ask('POST', '/pages', JSON.stringify(body));
    chain.push(id);
  }
  const top = chain[0] ?? '';
  const below = random.pick(chain);
  await ask('POST', `/pages/${top}/move`, JSON.stringify({ parent: below }), { 'if-match': '"v1"' });
  await ask('POST', `/pages/${below}/move`, JSON.stringify({ parent: null, slug: below }), {
    'if-match': '"v1"',
  });
  await ask('DELETE', `/pages/${top}`, undefined, { 'if-match': '"v1"' });
  await ask('POST', `/pages/${top}/undelete`);
};

const keyTwice: Attack = async (hostile) => {
  const key = { 'idempotency-key': randomUUID() };
  const send = (title: string): Promise<Reply> =>
    hostile.ask('POST', '/pages', JSON.stringify({ type: 'document', content: { title } }), key);
  await Promise.all([send('a'), send('a'), send('b')]);
};

export const attacks: readonly { readonly name: string; readonly weight: number; readonly run: Attack }[] = [
  { name: 'nonsense', weight: 40, run: nonsense },
  { name: 'raw bytes', weight: 10, run: rawBytes },
  { name: 'bad paths', weight: 10, run: badPaths },
  { name: 'wrong tokens', weight: 3, run: wrongTokens },
  { name: 'slow chunks', weight: 1, run: slowChunks },
  { name: 'bodies that never come', weight: 1, run: bodiesThatNeverCome },
  { name: 'many streams', weight: 1, run: manyStreams },
  { name: 'deaf readers', weight: 1, run: deafReaders },
  { name: 'large diff', weight: 1, run: largeDiff },
  { name: 'merge beside hidden blocks', weight: 2, run: mergeBesideHidden },
  { name: 'many blocks', weight: 1, run: manyBlocks },
  { name: 'many values', weight: 1, run: manyValues },
  { name: 'too deep', weight: 1, run: tooDeep },
  { name: 'empty patches', weight: 1, run: emptyPatches },
  { name: 'many creations', weight: 1, run: manyCreations },
  { name: 'tree tricks', weight: 2, run: treeTricks },
  { name: 'one key for two requests', weight: 3, run: keyTwice },
];

async function created({ ask }: Hostile, type: string, content: string, schemaVersion = 1): Promise<string> {
  const id = randomUUID();
  const body = `{"type":"${type}","id":"${id}","content":${content}}`;
  await ask('POST', '/pages', body, { 'schema-version': String(schemaVersion) });
  return id;
}

function save({ ask }: Hostile, page: string, version: number, content: string): Promise<Reply> {
  return ask('PUT', `/pages/${page}/content`, content, { 'if-match': `"v${version}"` });
}

/** Opened at once, and left so for a while. */
async function together(count: number, open: () => Socket): Promise<void> {
  const sockets = Array.from({ length: count }, open);
  await wait(patienceMs);
  for (const socket of sockets) socket.destroy();
}
