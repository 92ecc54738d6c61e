/** Attacks that cost work: of the writer, of the main thread, of the threads that read. */
import { pageId } from './documents.js';
import { headOf, send, times, withBody, write, type Attack } from './hostile-attack.js';
import { adminToken } from './requests.js';
import type { Server } from './server.js';
import { blocks, blocksAndVideo, deep, longText, numbers, smallLists } from './torture/large-texts.js';

/** Of pages that no honest client knows. */
const page = pageId(1000);
const content = `/pages/${page}/content`;
const batchOf = 1000;
const onFirst = { 'If-Match': '"v1"' };
const patched = { method: 'PATCH', path: content, headers: { ...onFirst, 'Content-Type': 'application/json-patch+json' } }; // prettier-ignore

export const workAttacks: readonly Attack[] = [
  ...[8_000, 40_000].map((count): Attack => {
    const mine = blocks(count, 1_000_000);
    return {
      name: `merge: ${Math.round(mine.length / 1000)} KB at schema version 1 beside a video`,
      prepare: (server) => create(server, 'page', blocksAndVideo(count), 4),
      begin: (server) => [send(server, withBody('PUT', content, mine, onFirst), 'reading')],
    };
  }),
  {
    name: 'batch: 1,000 empty patches of 9 MB',
    prepare: (server) => create(server, 'document', longText('Large', 9_000_000)),
    begin: (server) => [send(server, patches(1000, []), 'reading')],
  },
  {
    name: 'batch: 560 patches of 1 MB',
    prepare: (server) => create(server, 'document', longText('Large', 1_000_000)),
    begin: (server) => [send(server, patches(560, [{ op: 'add', path: '/n', value: 1 }]), 'reading')],
  },
  {
    name: 'diff: 8 of two documents of a million bytes in small values',
    prepare: async (server) => {
      await create(server, 'document', numbers(490_000, 1));
      await write(server, 'PUT', content, numbers(490_000, 2), onFirst);
    },
    begin: (server) => times(8, () => send(server, get(`/pages/${page}/diff?from=1&to=2`), 'reading')),
  },
  {
    name: 'diff: 8 of two documents of 10 MB',
    prepare: async (server) => {
      await create(server, 'document', longText('a', 10_000_000));
      await write(server, 'PUT', content, longText('b', 10_000_000), onFirst);
    },
    begin: (server) => times(8, () => send(server, get(`/pages/${page}/diff?from=1&to=2`), 'reading')),
  },
  ...[
    ['10 MB of brackets', 'document', deep(5_000_000)],
    ['10 MB of small lists', 'document', smallLists(2_400_000)],
    ['200,000 blocks', 'page', blocks(200_000)],
    ['50,000 blocks', 'page', blocks(50_000)],
    ['490,000 values in lists', 'document', smallLists(240_000)],
  ].map(([what = '', type = '', text = '']): Attack => {
    const body = withBody('POST', '/pages', `{"type":"${type}","content":${text}}`);
    return { name: `create: ${what}`, begin: (server) => [send(server, body, 'reading')] };
  }),
  {
    name: 'save: 50,000 blocks over 50,000',
    prepare: (server) => create(server, 'page', blocks(50_000)),
    begin: (server) => [send(server, withBody('PUT', content, blocks(50_000, 9), onFirst), 'reading')],
  },
  {
    name: 'patches: 300 of 20 bytes of a page of 9 MB, at once',
    prepare: (server) => create(server, 'document', longText('Large', 9_000_000)),
    begin: (server) => times(300, () => send(server, smallPatch(anyVersion(300)), 'reading')),
  },
  {
    name: 'conflicts: 40 saves on top of a version that is not the latest',
    prepare: async (server) => {
      await create(server, 'document', numbers(240_000, 1));
      await write(server, 'PUT', content, numbers(240_000, 2), onFirst);
    },
    begin: (server) => times(40, () => send(server, smallPatch(onFirst), 'reading')),
  },
  {
    name: 'create: 49,000 faulty blocks',
    begin: (server) => [
      send(
        server,
        withBody('POST', '/pages', `{"type":"page","content":${faultyBlocks(49_000)}}`),
        'reading',
      ),
    ],
  },
  {
    name: 'move: 20,000 pages',
    prepare: forest,
    begin: (server) => [
      send(server, withBody('POST', `/pages/${page}/move`, '{"slug":"moved"}', onFirst), 'reading'),
    ],
  },
  {
    name: 'delete: 20,000 pages',
    prepare: forest,
    begin: (server) => [
      send(server, withBody('DELETE', `/pages/${page}?dryRun=true`, '', onFirst), 'reading'),
      send(server, withBody('DELETE', `/pages/${page}`, '', onFirst), 'reading'),
    ],
  },
  {
    name: 'tree: 40 of 5,000 pages of 20,000',
    prepare: forest,
    begin: (server) => times(40, () => send(server, get('/tree?limit=5000'), 'reading')),
  },
  {
    name: 'lists: 40 of 500 versions and of 500 change sets',
    prepare: async (server) => {
      await create(server, 'document', longText('Small', 100));
      for (let version = 1; version <= 500; version++)
        await write(server, 'PUT', content, longText(`${version}`, 100), { 'If-Match': `"v${version}"` });
    },
    begin: (server) =>
      times(40, (n) =>
        send(server, get(n % 2 ? `/pages/${page}/versions?limit=500` : '/changesets?limit=500'), 'reading'),
      ),
  },
];

function create(server: Server, type: string, text: string, schemaVersion = 1): Promise<Response> {
  const body = `{"type":"${type}","id":"${page}","content":${text}}`;
  return write(server, 'POST', '/pages', body, { 'schema-version': String(schemaVersion) });
}

/** One page with 20 beneath it, and 1,000 beneath each of those. */
async function forest(server: Server): Promise<void> {
  const folder = (id: string, parent: string | null): object => ({
    method: 'POST',
    path: '/pages',
    body: { type: 'folder', id, slug: id, parent, content: { title: 'x' } },
  });
  const batch = (commands: readonly object[]): Promise<Response> =>
    write(server, 'POST', '/batch', JSON.stringify({ commands }));
  const branches = times(20, (n) => pageId(2000 + n));
  await batch([folder(page, null), ...branches.map((id) => folder(id, page))]);
  for (const [n, branch] of branches.entries())
    await batch(times(batchOf, (leaf) => folder(pageId(10_000 + n * batchOf + leaf), branch)));
}

function patches(count: number, body: readonly object[]): Buffer {
  const commands = times(count, (n) => ({
    ...patched,
    headers: { ...patched.headers, 'If-Match': `"v${body.length > 0 ? n + 1 : 1}"` },
    body: body.map((operation) => ({ ...operation, value: n })),
  }));
  return withBody('POST', '/batch', JSON.stringify({ commands }));
}

/** All versions that a page of so many patches can be at. */
function anyVersion(count: number): Readonly<Record<string, string>> {
  return { 'If-Match': times(count, (n) => `"v${n + 1}"`).join(', ') };
}

function smallPatch(onTop: Readonly<Record<string, string>>): Buffer {
  return withBody('PATCH', content, '{"n":1}', { ...onTop, 'Content-Type': 'application/merge-patch+json' });
}

function faultyBlocks(count: number): string {
  return JSON.stringify({
    title: 'x',
    blocks: times(count, (n) => ({ _id: `b${n}`, _type: 'text', markdown: 1 })),
  });
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\n${headOf(adminToken)}\r\n`;
}
