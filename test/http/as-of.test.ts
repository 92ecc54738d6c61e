import { createPage, onTop, save, tokenFor, write } from '../support/pages.js';
import { useServer } from '../support/server.js';

const server = useServer();

/** What each read answered when the log stood at a position. */
interface Then {
  readonly position: number;
  readonly at: string;
  readonly answers: ReadonlyMap<string, unknown>;
}

const history: Then[] = [];
let ids: readonly string[] = [];

function reads(): readonly string[] {
  const perPage = ids.flatMap((id) => [
    `/pages/${id}`,
    `/pages/${id}/content`,
    `/pages/${id}?version=1`,
    `/pages/${id}/versions`,
    `/pages/${id}/versions/1`,
    `/pages/${id}/versions/2`,
    `/pages/${id}/diff?from=1`,
    `/pages/${id}/diff?from=1&to=2`,
    `/pages/${id}/diff?from=3&to=1`,
    `/tree?root=${id}`,
  ]);
  return [
    ...perPage,
    '/pages',
    '/pages?status=draft',
    '/pages?parent=null',
    '/tree',
    '/tree?depth=1',
    '/paths/a',
    '/paths/a/b',
    '/paths/c',
    '/paths/c/b',
  ];
}

async function ask(path: string, asOf?: string | number): Promise<unknown> {
  const query = asOf === undefined ? '' : `${path.includes('?') ? '&' : '?'}asOf=${encodeURIComponent(asOf)}`;
  const { status, text, json, location } = await server.request('GET', path + query);
  return [status, status < 300 ? text : json.code, location?.split('?')[0] ?? null];
}

async function remember(position: number): Promise<void> {
  const { json } = await server.request('GET', `/events?after=${position - 1}&limit=1`);
  const answers = new Map<string, unknown>();
  for (const path of reads()) answers.set(path, await ask(path));
  history.push({ position, at: json.items[0]?.at as string, answers });
}

beforeAll(async () => {
  const a = await createPage(server, { slug: 'a', content: { title: 'A' } });
  const b = await createPage(server, { slug: 'b', parent: a.id, content: { title: 'B' } });
  const chunk = await createPage(server, { content: { title: 'Chunk' } });
  ids = [a.id, b.id, chunk.id];
  const steps: readonly (() => Promise<unknown>)[] = [
    () => save(server, b.id, 1, { title: 'B2' }),
    () => write(server, 'POST', `/pages/${b.id}/publish`),
    () => save(server, b.id, 2, { title: 'B3' }),
    () => write(server, 'POST', `/pages/${a.id}/move`, { headers: onTop(1), body: { slug: 'c' } }),
    () => write(server, 'POST', `/pages/${b.id}/unpublish`),
    () => createPage(server, { slug: 'a', content: { title: 'Another A' } }),
    () => write(server, 'POST', `/pages/${b.id}/restore`, { headers: onTop(3), body: { version: 1 } }),
    () => write(server, 'DELETE', `/pages/${a.id}`, { headers: onTop(1) }),
    () => save(server, chunk.id, 1, { title: 'Chunk 2' }),
    () => write(server, 'POST', `/pages/${a.id}/undelete`),
  ];
  await remember(await server.position());
  for (const step of steps) {
    // Times are in milliseconds, and each step has to have its own.
    const last = history.at(-1)?.at ?? '';
    while (new Date().toISOString() <= last);
    await step();
    await remember(await server.position());
  }
});

describe('A read of the past', () => {
  it.each([
    'yesterday',
    '-1',
    '1.5',
    '999999',
    '2026-13-01',
    '2026-02-30T00:00:00Z',
    '2026-01-01T25:00:00Z',
    '',
    ' ',
  ])('is refused as of %j', async (asOf) => {
    for (const path of [
      `/pages/${ids[0] ?? ''}`,
      '/pages',
      '/tree',
      '/paths/c',
      `/pages/${ids[0] ?? ''}/versions`,
      `/pages/${ids[0] ?? ''}/versions/1`,
      `/pages/${ids[0] ?? ''}/diff?from=1`,
    ]) {
      const query = path.includes('?') ? '&' : '?';
      const { status, json } = await server.request('GET', `${path}${query}asOf=${encodeURIComponent(asOf)}`);
      expect([path, status, json.code]).toEqual([path, 400, 'malformed-request']);
    }
  });

  it('answers what was answered then, by position', async () => {
    for (const { position, answers } of history) {
      for (const [path, answer] of answers)
        expect([position, path, await ask(path, position)]).toEqual([position, path, answer]);
    }
  });

  it('answers what was answered then, by time', async () => {
    for (const { at, answers } of history) {
      for (const [path, answer] of answers)
        expect([at, path, await ask(path, at)]).toEqual([at, path, answer]);
    }
  });

  it('says the position that it reflects, or that the time means', async () => {
    for (const { position, at, answers } of history) {
      for (const path of answers.keys()) {
        for (const asOf of [String(position), at]) {
          const query = `${path.includes('?') ? '&' : '?'}asOf=${asOf}`;
          const answer = await server.request('GET', path + query);
          if (answer.status === 404) continue;
          expect([path, asOf, answer.position]).toEqual([path, asOf, position]);
          const tag = answer.headers.get('etag');
          if (tag === null) continue;
          const again = await server.request('GET', path + query, { headers: { 'if-none-match': tag } });
          expect([path, again.status, again.position]).toEqual([path, 304, position]);
        }
      }
    }
    expect((await server.request('GET', '/pages?asOf=1999-12-31')).position).toBe(0);
    expect((await server.request('GET', '/tree?asOf=2999-01-01')).position).toBe(await server.position());
  });

  it('finds no version that was yet to come', async () => {
    const { id } = await createPage(server);
    const created = await server.position();
    await save(server, id, 1, { title: 'Second' });
    for (const read of ['versions/2?', 'diff?from=1&to=2&', 'diff?from=2&to=1&']) {
      const path = `/pages/${id}/${read}asOf=`;
      for (const [asOf, status, code] of [
        [created - 1, 404, 'not-found'],
        [created, 404, 'version-not-found'],
        [created + 1, 200, undefined],
      ] as const) {
        const answer = await server.request('GET', path + String(asOf));
        expect([path, asOf, answer.status, answer.json.code]).toEqual([path, asOf, status, code]);
      }
    }
  });

  it('is nothing for readers, who see what is published now', async () => {
    const token = await tokenFor(server, 'render');
    const { id } = await createPage(server, { slug: 'for-readers' });
    const { position } = await write(server, 'POST', `/pages/${id}/publish`);
    for (const path of [
      '/pages',
      '/pages?status=published',
      `/pages/${id}`,
      `/pages/${id}/content`,
      `/pages/${id}/versions`,
      `/pages/${id}/versions/1`,
      `/pages/${id}/diff?from=1`,
      '/paths/for-readers',
      '/tree',
    ]) {
      for (const asOf of [position, position + 1000, 0]) {
        const query = `${path.includes('?') ? '&' : '?'}asOf=${asOf}`;
        const { status, json } = await server.request('GET', path + query, { token });
        expect([path, asOf, status, json.code]).toEqual([path, asOf, 404, 'not-found']);
      }
    }
  });

  it('takes a time without a zone as UTC, and one with a zone for what it says', async () => {
    const { at, answers } = history[4] ?? { at: '', answers: new Map<string, unknown>() };
    const path = `/pages/${ids[1] ?? ''}`;
    expect(await ask(path, at.replace('Z', ''))).toEqual(answers.get(path));
    const inIndia = new Date(Date.parse(at) + 5.5 * 3_600_000).toISOString().replace('Z', '+05:30');
    expect(await ask(path, inIndia)).toEqual(answers.get(path));
  });

  it('finds nothing before the beginning, and the present in the future', async () => {
    const path = `/pages/${ids[0] ?? ''}`;
    for (const asOf of ['0', '1', '1999-12-31', '2000-01-01T00:00:00Z']) {
      expect((await server.request('GET', `${path}?asOf=${asOf}`)).status).toBe(404);
      expect((await server.request('GET', `/pages?asOf=${asOf}`)).json.items).toEqual([]);
      expect((await server.request('GET', `/tree?asOf=${asOf}`)).json.items).toEqual([]);
    }
    expect(await ask(path, '2999-01-01')).toEqual(await ask(path));
  });
});

describe('The tree', () => {
  it('nests pages in their order, which moves change', async () => {
    const root = await createPage(server, { slug: 'ordered', type: 'folder' });
    const pages = [];
    for (const slug of ['one', 'two', 'three'])
      pages.push(await createPage(server, { slug, parent: root.id }));
    const [one, two, three] = pages.map(({ id }) => id);
    await createPage(server, { slug: 'deep', parent: two });
    const order = async (): Promise<unknown> => {
      const { json } = await server.request('GET', `/tree?root=${root.id}`);
      return json.items[0]?.children.map(({ slug }) => slug);
    };
    expect(await order()).toEqual(['one', 'two', 'three']);
    await write(server, 'POST', `/pages/${three ?? ''}/move`, { headers: onTop(1), body: { before: one } });
    expect(await order()).toEqual(['three', 'one', 'two']);
    await write(server, 'POST', `/pages/${three ?? ''}/move`, { headers: onTop(1), body: { after: one } });
    expect(await order()).toEqual(['one', 'three', 'two']);
    await createPage(server, { slug: 'first', parent: root.id, before: one });
    expect(await order()).toEqual(['first', 'one', 'three', 'two']);
    const { json } = await server.request('GET', `/tree?root=${two ?? ''}`);
    expect(json.items).toEqual([
      {
        id: two,
        slug: 'two',
        path: '/ordered/two',
        title: 'First',
        type: 'document',
        status: 'draft',
        createdAt: expect.any(String) as string,
        updatedAt: expect.any(String) as string,
        publishedAt: null,
        childCount: 1,
        children: [expect.objectContaining({ slug: 'deep', children: [] }) as unknown],
      },
    ]);
    const shallow = await server.request('GET', `/tree?root=${root.id}&depth=1`);
    expect(shallow.json.items[0]?.children).toEqual([]);
  });
});
