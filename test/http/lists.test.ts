import { randomUUID } from 'node:crypto';
import type { Body } from '../support/body.js';
import { createPage, onTop, save, speaks, tokenFor, write } from '../support/pages.js';
import { useServer, type Answer } from '../support/server.js';
import { ladder } from '../support/ladder.js';

const server = useServer();

/** All items of a list, read in pages of `limit`. */
async function readAll(path: string, limit: number): Promise<readonly Body[]> {
  const items: Body[] = [];
  const join = path.includes('?') ? '&' : '?';
  let cursor = '';
  for (;;) {
    const { status, json } = await server.request('GET', `${path}${join}limit=${limit}${cursor}`);
    expect(status).toBe(200);
    expect(json.items.length).toBeLessThanOrEqual(limit);
    items.push(...json.items);
    if (json.next === null) return items;
    cursor = `&cursor=${encodeURIComponent(json.next)}`;
  }
}

const ids: string[] = [];
let parent = '';

beforeAll(async () => {
  parent = (await createPage(server, { type: 'folder', slug: 'folder' })).id;
  for (let n = 1; n <= 7; n++) ids.push((await createPage(server, { slug: `page-${n}`, parent })).id);
  const [first = '', second = ''] = ids;
  for (let version = 1; version <= 6; version++)
    await save(server, first, version, { title: `Title ${version}` });
  await write(server, 'POST', `/pages/${first}/publish`);
  await write(server, 'POST', `/pages/${second}/publish`);
  await save(server, second, 1, { title: 'Changed' });
});

describe('A list', () => {
  const lists = ['/pages', '/pages/ID/versions', '/changesets', '/events', '/tokens'];

  // `/tokens` has none: they tell when each was last used, and whoever asks uses one.
  it.each([
    ...lists.filter((path) => path !== '/tokens'),
    '/events?after=3',
    '/grants',
    '/people',
    '/pages/ID/references',
    '/pages/ID/referrers',
    '/assets',
    '/tree',
  ])('at %s is not sent again to whoever has it', async (path) => {
    const token = await tokenFor(server, 'admin');
    const asked = async (headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
      server.request('GET', path.replace('ID', ids[0] ?? ''), { token, headers });
    const { status, headers } = await asked();
    const etag = headers.get('etag') ?? '';
    const same = await asked({ 'if-none-match': etag });
    const other = await asked({ 'if-none-match': '"other"' });
    expect([status, same.status, same.text, same.headers.get('etag'), other.status]).toEqual([
      200,
      304,
      '',
      etag,
      200,
    ]);
  });

  it.each(lists.flatMap((path) => ['0', '501', '-1', '1.5', 'ten', '', '1e2'].map((limit) => [path, limit])))(
    'refuses %s?limit=%s',
    async (path, limit) => {
      const { status, json } = await server.request(
        'GET',
        `${path.replace('ID', ids[0] ?? '')}?limit=${limit}`,
      );
      expect([status, json.code]).toEqual([400, 'malformed-request']);
    },
  );

  it.each(
    lists.flatMap((path) =>
      ['', 'x', '%00', 'LTE', 'MS41', '999999999999999999999'].map((cursor) => [path, cursor]),
    ),
  )('refuses %s?cursor=%s', async (path, cursor) => {
    const { status, json } = await server.request(
      'GET',
      `${path.replace('ID', ids[0] ?? '')}?cursor=${cursor}`,
    );
    expect([status, json.code]).toEqual([400, 'malformed-request']);
  });

  it('takes a cursor of its own and of no other list, and the whole of it', async () => {
    const [first = '', second = ''] = ids;
    const nextOf = async (path: string): Promise<string> => {
      const { json } = await server.request('GET', `${path}${path.includes('?') ? '&' : '?'}limit=1`);
      if (json.next === null) throw new Error(`${path} has no second page`);
      return json.next;
    };
    const asked = [
      '/pages',
      '/pages?type=document',
      `/pages?parent=${parent}`,
      `/pages?parent=${parent}&type=document`,
      '/pages?status=draft',
      '/pages?deleted=false',
      `/pages?asOf=${await server.position()}`,
      `/pages/${first}/versions`,
      `/pages/${second}/versions`,
      '/changesets',
      '/events',
      '/events?type=PageSaved',
      `/events?page=${first}`,
    ];
    const cursors = await Promise.all(asked.map(nextOf));
    for (const [index, path] of asked.entries()) {
      for (const [of, cursor] of cursors.entries()) {
        const join = path.includes('?') ? '&' : '?';
        const { status, json } = await server.request('GET', `${path}${join}cursor=${cursor}`);
        expect([path, asked[of], status]).toEqual([path, asked[of], index === of ? 200 : 400]);
        if (index !== of) expect(json).toMatchObject({ code: 'malformed-request', parameter: 'cursor' });
      }
    }
    const [cursor = ''] = cursors;
    for (const wrong of [
      cursor.slice(0, -1),
      cursor.slice(1),
      `${cursor}A`,
      `${cursor}=`,
      `${cursor}!`,
      cursor.toLowerCase(),
      btoa('3'),
    ]) {
      expect((await server.request('GET', `/pages?cursor=${wrong}`)).status).toBe(400);
    }
    // The order in which parameters stand makes no other list.
    const swapped = `/pages?type=document&parent=${parent}&cursor=${cursors[3] ?? ''}`;
    expect((await server.request('GET', swapped)).status).toBe(200);
  });

  it.each(lists)('%s is the same whether it is read at once or in small pages', async (path) => {
    const list = path.replace('ID', ids[0] ?? '');
    const { json } = await server.request('GET', `${list}?limit=500`);
    expect(json.next).toBeNull();
    expect(json.items.length).toBeGreaterThan(0);
    for (const limit of [1, 2, 3]) {
      // Reading the list uses the token, so when it was used last is no part of the comparison.
      const all = (await readAll(list, limit)).map((item) => ({ ...item, lastUsedAt: undefined }));
      expect(all).toEqual(json.items.map((item) => ({ ...item, lastUsedAt: undefined })));
    }
  });

  it('of pages begins with the oldest, has no content, and ends with next: null', async () => {
    const { json } = await server.request('GET', '/pages');
    expect(json.items.map(({ id }) => id)).toEqual([parent, ...ids]);
    expect(json.items.some((page) => 'content' in page)).toBe(false);
    expect(json.next).toBeNull();
  });

  it('of pages is filtered by type, parent and status', async () => {
    const listed = async (query: string): Promise<readonly string[]> =>
      (await readAll(`/pages?${query}`, 2)).map(({ id }) => id);
    expect(await listed('type=folder')).toEqual([parent]);
    expect(await listed('type=nothing')).toEqual([]);
    expect(await listed(`parent=${parent.toUpperCase()}`)).toEqual(ids);
    expect(await listed('parent=null')).toEqual([parent]);
    expect(await listed('status=published')).toEqual(ids.slice(0, 1));
    expect(await listed('status=changed')).toEqual(ids.slice(1, 2));
    expect(await listed(`status=draft&parent=${parent}`)).toEqual(ids.slice(2));
    expect(await listed('status=deleted')).toEqual([]);
    for (const query of ['status=lost', 'parent=none', 'deleted=yes']) {
      expect((await server.request('GET', `/pages?${query}`)).status).toBe(400);
    }
  });

  it('of pages is asked for by the ids of a whole list', async () => {
    const unknown = Array.from({ length: 497 }, () => randomUUID());
    const { status, json } = await server.request(
      'GET',
      `/pages?ids=${[...ids.slice(0, 3), ...unknown].join()}`,
    );
    expect([status, json.items.map(({ id }) => id)]).toEqual([200, ids.slice(0, 3)]);
  });

  it('of pages is empty when its filters contradict each other', async () => {
    const { id } = await createPage(server, { type: 'folder', slug: 'gone' });
    const { position } = await write(server, 'DELETE', `/pages/${id}`, { headers: onTop(1) });
    const listed = async (query: string): Promise<readonly string[]> =>
      (await server.request('GET', `/pages?type=folder&${query}`)).json.items.map(({ id }) => id);
    for (const then of ['', `&asOf=${position}`]) {
      for (const status of ['draft', 'published', 'changed'])
        expect([status, await listed(`deleted=true&status=${status}${then}`)]).toEqual([status, []]);
      expect(await listed(`deleted=false&status=deleted${then}`)).toEqual([]);
      for (const query of ['deleted=true', 'status=deleted', 'deleted=true&status=deleted'])
        expect([query, await listed(query + then)]).toEqual([query, [id]]);
      for (const query of ['', 'deleted=false', 'status=draft', 'deleted=false&status=draft'])
        expect([query, await listed(query + then)]).toEqual([query, [parent]]);
    }
    const { status } = await server.request('GET', '/pages?deleted=false&status=deleted&cursor=x');
    expect(status).toBe(400);
  });
});

describe('The versions of a page', () => {
  it('are listed newest first, without content', async () => {
    const [id = ''] = ids;
    const { json } = await server.request('GET', `/pages/${id}/versions`);
    expect(json.items.map(({ version }) => version)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(json.items[0]).toMatchObject({
      version: 7,
      at: expect.any(String) as string,
      by: expect.objectContaining({ kind: 'token' }) as unknown,
      comment: null,
      schemaVersion: ladder.finalized,
      bytes: Buffer.byteLength('{"title":"Title 6"}'),
    });
    expect(json.items.some((version) => 'content' in version)).toBe(false);
  });

  it('say what they were restored from', async () => {
    const { id } = await createPage(server);
    await save(server, id, 1, { title: 'Second' });
    await write(server, 'POST', `/pages/${id}/restore`, { headers: onTop(2), body: { version: 1 } });
    const { json } = await server.request('GET', `/pages/${id}/versions`);
    expect(json.items.map(({ restoredFrom }) => restoredFrom)).toEqual([1, undefined, undefined]);
  });

  it.each(['0', '8', '01', '1.0', '-1', 'latest', '99999999999', '__proto__'])(
    'are not found under the number %s',
    async (version) => {
      const [id = ''] = ids;
      const { status, json } = await server.request('GET', `/pages/${id}/versions/${version}`);
      expect([status, json.code]).toEqual([404, 'version-not-found']);
    },
  );

  it('are kept by no cache unasked, as they may be erased, and found unchanged by their tag', async () => {
    const [id = ''] = ids;
    const asked = async (headers: Readonly<Record<string, string>>): Promise<Answer> =>
      server.request('GET', `/pages/${id}/versions/3`, { headers: { ...speaks, ...headers } });
    const { headers } = await asked({});
    expect(headers.get('cache-control')).toBe('private, no-cache');
    const again = await asked({ 'if-none-match': headers.get('etag') ?? '' });
    expect([again.status, again.headers.get('cache-control')]).toEqual([304, 'private, no-cache']);
  });

  it('have another tag for those who are told less of them', async () => {
    const [, id = ''] = ids;
    const token = await tokenFor(server, 'render');
    const { headers, json } = await server.request('GET', `/pages/${id}/versions/1`, { token });
    expect([json.contentVersion, 'createdBy' in json]).toEqual([1, false]);
    const again = { 'if-none-match': headers.get('etag') ?? '' };
    const unchanged = await server.request('GET', `/pages/${id}/versions/1`, { token, headers: again });
    const asEditor = await server.request('GET', `/pages/${id}/versions/1`, { headers: again });
    expect([unchanged.status, asEditor.status, 'createdBy' in asEditor.json]).toEqual([304, 200, true]);
  });

  it('are each immutable', async () => {
    const [id = ''] = ids;
    const { status, headers, json, text } = await server.request('GET', `/pages/${id}/versions/3`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ id, contentVersion: 3, content: { title: 'Title 2' } });
    expect(headers.get('etag')).toBe(`"v3-s${ladder.finalized}"`);
    await write(server, 'POST', `/pages/${id}/move`, { headers: onTop(7), body: { slug: 'moved' } });
    await write(server, 'POST', `/pages/${id}/unpublish`);
    expect((await server.request('GET', `/pages/${id}/versions/3`)).text).toBe(text);
    const { json: envelope } = await server.request('GET', `/pages/${id}?version=3`);
    expect(envelope).toMatchObject({
      path: '/folder/moved',
      contentVersion: 3,
      content: { title: 'Title 2' },
    });
    expect((await server.request('GET', `/pages/${id}/content?version=3`)).text).toBe('{"title":"Title 2"}');
    const missing = await server.request('GET', `/pages/${id}?version=8`);
    expect([missing.status, missing.json.code]).toEqual([404, 'version-not-found']);
  });
});

describe('The tag of a list', () => {
  it.each<[string, () => Promise<unknown>]>([
    [
      '/pages/ID/versions',
      () => write(server, 'PUT', `/pages/${ids[0]}/labels/told`, { body: { version: 1 } }),
    ],
    ['/changesets?limit=500', () => createPage(server)],
    ['/events?limit=500', () => createPage(server)],
    ['/grants?limit=500', () => tokenFor(server, 'viewer')],
  ])('at %s is another once it is otherwise', async (path, change) => {
    const asked = async (): Promise<string | null> =>
      (await server.request('GET', path.replace('ID', ids[0] ?? ''))).headers.get('etag');
    const before = await asked();
    await change();
    expect([before, await asked()]).not.toContain(null);
    expect(await asked()).not.toBe(before);
  });
});
