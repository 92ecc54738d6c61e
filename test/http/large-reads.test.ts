import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../upgrade/releases.js';
import { createPage, onTop, save, speaks, tokenFor, write } from '../support/pages.js';
import { makeServer, type Answer, type Server } from '../support/server.js';
import { makeLadder } from './ladders.js';

interface Counts {
  readonly threads: number;
  readonly waiting: number;
  readonly answered: number;
  readonly died: number;
}

async function countsOf(server: Server): Promise<Counts> {
  return (await server.request('GET', '/system')).json.largeReads as Counts;
}

const text = (characters: number, letter = 'x'): string => letter.repeat(characters);

describe('A read in a thread', () => {
  const there = makeServer({ PALIMPSEST_TEST_READS: 'threads' });
  const here = makeServer({ PALIMPSEST_TEST_READS: 'inline' });
  let id = '';
  let reader = '';

  beforeAll(async () => {
    await there.start();
    const first = { title: 'One', image: 'a.png', blocks: [{ _id: 'a', _type: 'text', markdown: '1' }] };
    const parent = await createPage(there, { slug: 'above', content: { title: 'Above' } });
    id = (await createPage(there, { slug: 'page', parent: parent.id, content: first })).id;
    await save(there, id, 1, { ...first, title: 'Two', blocks: [] });
    await write(there, 'POST', `/pages/${parent.id}/publish`);
    await write(there, 'POST', `/pages/${id}/publish`);
    await save(there, id, 2, { ...first, title: 'Three' });
    await write(there, 'POST', `/pages/${id}/move`, {
      headers: onTop(3),
      body: { parent: parent.id, slug: 'moved' },
    });
    const gone = await createPage(there, { slug: 'gone' });
    await write(there, 'DELETE', `/pages/${gone.id}`, { headers: onTop(1) });
    reader = await tokenFor(there, 'render');
    await there.stop();
    rmSync(here.directory, { recursive: true });
    cpSync(there.directory, here.directory, { recursive: true });
    await Promise.all([there.start(), here.start()]);
  });
  afterAll(() => Promise.all([there.remove(), here.remove()]));

  const paths = [
    '/pages/ID',
    '/pages/ID?version=1',
    '/pages/ID?asOf=3',
    '/pages/ID?asOf=999',
    '/pages/ID?version=9',
    '/pages/ID/content',
    '/pages/ID/versions',
    '/pages/ID/versions?limit=1',
    '/pages/ID/versions?asOf=3',
    '/pages/ID/versions/1',
    '/pages/ID/versions/8',
    '/pages/ID/references',
    '/pages/ID/referrers',
    '/pages/ID/diff?from=1',
    '/pages/ID/diff?from=1&to=2&asOf=7',
    '/pages/ID/diff?from=9',
    '/pages/00000000-0000-4000-8000-000000000000',
    '/pages',
    '/pages?limit=1',
    '/pages?deleted=true',
    '/pages?asOf=3&parent=null',
    '/pages?cursor=x',
    '/changesets',
    '/changesets?after=2&limit=2',
    '/tree',
    '/tree?limit=1',
    '/tree?asOf=3&depth=1',
    '/tree?root=ID',
    '/paths/above/moved',
    '/paths/above/page?asOf=3',
    '/paths/above/page',
    '/paths/nowhere',
    '/events',
    '/events?after=2&limit=1',
    '/events?type=PageSaved',
    '/events?page=ID',
  ];
  const versions = ['1', '4'];

  it.each(paths)('of %s says the same as one on the main thread', async (path) => {
    const before = (await countsOf(there)).answered;
    let shownThere = 0;
    for (const token of [undefined, reader]) {
      for (const schemaVersion of versions) {
        const headers = { 'schema-version': schemaVersion };
        const sending = { headers, ...(token !== undefined && { token }) };
        const [one, other] = await Promise.all(
          [there, here].map((server) => server.request('GET', path.replace('ID', id), sending)),
        );
        expect(shown(one)).toEqual(shown(other));
        if (one?.status === 200) shownThere += 1;
        const etag = one?.headers.get('etag');
        if (!etag) continue;
        const again = { ...sending, headers: { ...headers, 'if-none-match': etag } };
        expect((await there.request('GET', path.replace('ID', id), again)).status).toBe(304);
        shownThere += 1;
      }
    }
    // Of what is refused, some never gets that far.
    expect((await countsOf(there)).answered - before).toBeGreaterThanOrEqual(shownThere);
    expect((await countsOf(here)).answered).toBe(0);
  });

  it('sees what was written before it was asked', async () => {
    for (let version = 3; version < 8; version += 1) {
      const saved = await there.request('PUT', `/pages/${id}/content`, {
        headers: onTop(version),
        body: { title: `${version}` },
      });
      const read = await there.request('GET', `/pages/${id}`);
      expect(read.json.contentVersion).toBe(version + 1);
      expect(read.position).toBeGreaterThanOrEqual(saved.position);
    }
  });

  it('answers HEAD with the headers alone', async () => {
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => there.request(method, `/pages/${id}/content`)),
    );
    expect(head?.text).toBe('');
    expect(shown(head).headers).toEqual(shown(get).headers);
  });
});

function shown(answer: Answer | undefined): { status: unknown; headers: unknown; text: unknown } {
  const {
    date: _date,
    connection: _connection,
    'keep-alive': _keepAlive,
    'request-id': _requestId,
    ...headers
  } = Object.fromEntries(answer?.headers ?? []);
  return { status: answer?.status, headers, text: answer?.text };
}

describe('In a thread is answered', () => {
  const server = makeServer();
  beforeAll(() => server.start());
  afterAll(() => server.remove());

  const answeredElsewhere = async (path: string, headers = {}): Promise<number> => {
    const before = (await countsOf(server)).answered;
    expect((await server.request('GET', path, { headers })).status).toBe(200);
    return (await countsOf(server)).answered - before;
  };

  it('nothing small, for which no thread is started', async () => {
    const { id } = await createPage(server, { slug: 'small' });
    await save(server, id, 1, { title: 'x' });
    const paths = [`/pages/${id}`, `/pages/${id}/diff?from=1`, '/pages', '/tree', '/events', '/paths/small'];
    for (const path of paths) expect(await answeredElsewhere(path)).toBe(0);
    expect((await countsOf(server)).threads).toBe(0);
  });

  it('a large page, but not what is about it', async () => {
    const { id } = await createPage(server, { slug: 'large', content: { title: 'x', text: text(300_000) } });
    for (const path of [`/pages/${id}`, `/pages/${id}/content`, `/pages/${id}/versions/1`, '/paths/large'])
      expect(await answeredElsewhere(path, speaks)).toBe(1);
    for (const path of [`/pages/${id}/versions`, '/pages', '/tree'])
      expect(await answeredElsewhere(path)).toBe(0);
    const { text: found } = await server.request('GET', `/pages/${id}/content`, { headers: speaks });
    expect(found).toBe(JSON.stringify({ title: 'x', text: text(300_000) }));
    await save(server, id, 1, { title: 'small again' });
    expect(await answeredElsewhere(`/pages/${id}`, speaks)).toBe(0);
    expect(await answeredElsewhere(`/pages/${id}?version=1`, speaks)).toBe(1);
  });

  it('a diff of documents that together are large, and a page of events with such', async () => {
    const { id } = await createPage(server, { content: { title: 'x', text: text(50_000) } });
    expect(await answeredElsewhere(`/pages/${id}`, speaks)).toBe(0);
    await save(server, id, 1, { title: 'x', text: text(50_000, 'y') });
    expect(await answeredElsewhere(`/pages/${id}/diff?from=1`, speaks)).toBe(1);
    const after = (await server.position()) - 2;
    expect(await answeredElsewhere(`/events?after=${after}`)).toBe(1);
    expect(await answeredElsewhere(`/events?after=${after + 1}`)).toBe(0);
  });

  it('parts of many documents that together are large, but not of a list of usual ones', async () => {
    const list = async (parent: string): Promise<number> =>
      answeredElsewhere(`/pages?parent=${parent}&fields=/title`);
    for (const [characters, expected] of [
      [2_000, 0],
      [10_000, 1],
    ] as const) {
      const { id } = await createPage(server, { slug: `list-${characters}` });
      const commands = Array.from({ length: 50 }, (_, page) => ({
        method: 'POST',
        path: '/pages',
        body: {
          type: 'document',
          parent: id,
          slug: `page-${page}`,
          content: { title: `${page}`, text: text(characters) },
        },
      }));
      await write(server, 'POST', '/batch', { headers: speaks, body: { commands } });
      expect(await list(id)).toBe(expected);
      const { json } = await server.request('GET', `/pages?parent=${id}&fields=/title`);
      expect(json.items.map(({ content }) => content)).toEqual(
        commands.map(({ body }) => ({ title: body.content.title })),
      );
    }
  });
});

/** A rung whose conversions wait, and end the thread, where a large page says so. */
const rungs = [
  `export default ({ declare }) => declare({
    title: 'Pages',
    types: { page: { type: 'object', properties: { title: { type: 'string' }, text: { type: 'string' } } } },
  });`,
  `import { existsSync } from 'node:fs';
  import { workerData } from 'node:worker_threads';
  const isReader = workerData?.files !== undefined;
  export default ({ migration }) => migration({
    title: 'Headings',
    types: {
      page: (t) => t.code({
        reads: ['title'],
        writes: { heading: { type: 'string' } },
        up: ({ title }) => {
          if (isReader && title === 'die') process.exit(1);
          if (isReader && title === 'eat') for (const all = [];;) all.push({ all: new Array(100_000).fill(0.5) });
          if (isReader && title === 'gulp') for (const all = [];;) all.push(new Array(10_000_000).fill(0.5));
          const wait = new Int32Array(new SharedArrayBuffer(4));
          if (isReader && title.startsWith('/')) while (!existsSync(title)) Atomics.wait(wait, 0, 0, 10);
          return { heading: title };
        },
        down: ({ heading }) => ({ title: heading }),
      }),
    },
  });`,
];

describe('A thread that reads', () => {
  const ladder = makeLadder(rungs);
  const server = makeServer({ PALIMPSEST_MIGRATIONS: ladder.path });
  beforeAll(() => server.start());
  afterAll(async () => {
    await server.remove();
    ladder.remove();
  });

  const pageSaying = async (title: string): Promise<string> => {
    const body = { type: 'page', content: { title, text: text(100_000) } };
    return (await write(server, 'POST', '/pages', { headers: { 'schema-version': '1' }, body })).json.id;
  };
  const token = async (): Promise<string> => `Bearer ${await tokenFor(server, 'editor')}`;
  const ask = (id: string, authorization: string): Promise<Response> =>
    fetch(`${server.url}/pages/${id}`, { headers: { authorization, 'schema-version': '2' } });

  it('takes one read with it when it dies, and is replaced', async () => {
    const [fatal, sound] = await Promise.all(['die', 'sound'].map(pageSaying));
    const authorization = await token();
    const deadly = ask(fatal ?? '', authorization);
    const after = ask(sound ?? '', authorization);
    expect((await deadly).status).toBe(500);
    expect((await after).status).toBe(200);
    expect(await countsOf(server)).toMatchObject({ died: 1, waiting: 0 });
    expect((await ask(sound ?? '', authorization)).status).toBe(200);
  });

  it.each(['eat', 'gulp'])(
    'is ended when it takes too much memory (%s), and the read refused',
    async (how) => {
      const { died } = await countsOf(server);
      const authorization = await token();
      const answer = await ask(await pageSaying(how), authorization);
      expect(answer.status).toBe(429);
      expect(await answer.json()).toMatchObject({
        code: 'too-many-requests',
        limitBytes: 1536 * 1024 * 1024,
      });
      expect((await ask(await pageSaying('sound'), authorization)).status).toBe(200);
      expect(await countsOf(server)).toMatchObject({ died: died + 1, waiting: 0 });
    },
  );

  it('has a short queue, in which each token has its turn', async () => {
    const signal = join(server.directory, 'go-on');
    const waiting = await pageSaying(signal);
    const [one, two] = [await token(), await token()];
    const done: string[] = [];
    const statuses: number[] = [];
    const asks = (authorization: string, count: number): Promise<void>[] =>
      Array.from({ length: count }, async () => {
        const { status } = await ask(waiting, authorization);
        statuses.push(status);
        if (status === 200) done.push(authorization);
      });
    const first = asks(one, 12);
    await until(() => statuses.length === 3, 'what is too much is refused');
    expect(statuses).toEqual([429, 429, 429]);
    expect(await countsOf(server)).toMatchObject({ waiting: 8 });
    const second = asks(two, 1);
    await until(async () => (await countsOf(server)).waiting !== 8 || done.length > 0, 'the other asks, too');
    // What is small is answered meanwhile.
    expect((await server.request('GET', '/pages')).status).toBe(200);
    expect(existsSync(signal)).toBe(false);
    writeFileSync(signal, '');
    await Promise.all([...first, ...second]);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(done.indexOf(two)).toBeLessThanOrEqual(2);
  });

  it('lets the server end', async () => {
    const waiting = await pageSaying(join(server.directory, 'never'));
    const unanswered = ask(waiting, await token()).then(
      ({ status }) => status,
      () => 'cut off',
    );
    await until(async () => (await countsOf(server)).threads > 0, 'a thread reads');
    expect(await server.stop()).toBe(0);
    expect(await unanswered).toBe('cut off');
  });
});
