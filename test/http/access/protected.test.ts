import { asking, idsIn, issue, move, outcome, protect, publish, type Asking } from '../../support/access.js';
import { openStream } from '../../support/event-stream.js';
import { createPage, onTop, speaks, write } from '../../support/pages.js';
import { useServer, type Answer } from '../../support/server.js';

const server = useServer();

let top: string;
let hidden: string;
let leaf: string;
let open: string;
let render: Asking;
let viewer: Asking;
let editor: Asking;

/** A published page with its title. */
async function shown(slug: string, parent?: string): Promise<string> {
  const content = { title: `The page ${slug}` };
  const { id } = await createPage(server, { slug, content, ...(parent !== undefined && { parent }) });
  await publish(server, id);
  return id;
}

beforeAll(async () => {
  top = await shown('top');
  hidden = await shown('hidden', top);
  leaf = await shown('leaf', hidden);
  open = await shown('open', top);
  [render, viewer, editor] = (await Promise.all(
    ['render', 'viewer', 'editor'].map(async (role) =>
      asking(server, (await issue(server, { role })).secret),
    ),
  )) as [Asking, Asking, Asking];
});

beforeEach(async () => {
  await protect(server, hidden);
});

const cacheControl = ({ headers }: Answer) => headers.get('cache-control');

describe('A page that is protected', () => {
  it('is not there for readers, nor is anything beneath it, wherever they look', async () => {
    for (const id of [hidden, leaf]) {
      for (const rest of [
        '',
        '?with=ancestors',
        '?version=1',
        '/content',
        '/versions/1',
        '/versions',
        '/diff?from=1',
      ])
        expect([rest, await render.status(`/pages/${id}${rest}`)]).toEqual([rest, 404]);
    }
    expect(await render.status('/paths/top/hidden')).toBe(404);
    expect(await render.status('/paths/top/hidden/leaf')).toBe(404);
    expect(await render.status('/paths/top/hidden/')).toBe(404);
    expect(await render.status(`/tree?root=${hidden}`)).toBe(404);
    expect(await render.status(`/tree?root=${leaf}`)).toBe(404);
    for (const query of [
      '',
      '&sort=title',
      '&sort=-published',
      '&sort=order',
      '&fields=/title',
      `&ids=${hidden},${leaf},${top},${open}`,
    ]) {
      const { json } = await render.get(`/pages?count=true${query}`);
      expect([query, json.items.map(({ id }) => id).sort(), json['count']]).toEqual([
        query,
        [top, open].sort(),
        2,
      ]);
    }
    for (const parent of [top, hidden]) {
      const { json } = await render.get(`/pages?count=true&parent=${parent}`);
      expect([json.items.map(({ id }) => id), json['count']]).toEqual(parent === top ? [[open], 1] : [[], 0]);
    }
    const { json: tree } = await render.get('/tree');
    expect([idsIn(tree.items), tree.items[0]?.['childCount']]).toEqual([[top, open], 1]);
  });

  it('is seen by viewers, whose answers nobody keeps, and known as protected to editors alone', async () => {
    for (const path of [
      `/pages/${leaf}`,
      `/pages/${leaf}/content`,
      `/pages/${leaf}/versions/1`,
      '/paths/top/hidden/leaf',
    ]) {
      const answer = await viewer.get(path);
      expect([path, answer.status, cacheControl(answer), answer.headers.get('vary')]).toEqual([
        path,
        200,
        'private, no-store',
        'Authorization, User-Token, Schema-Version',
      ]);
    }
    const { json } = await viewer.get(`/pages/${leaf}?with=ancestors`);
    expect((json['ancestors'] as { id: string }[]).map(({ id }) => id)).toEqual([top, hidden]);
    expect(json).not.toHaveProperty('protected');
    for (const id of [hidden, leaf]) expect((await editor.get(`/pages/${id}`)).json['protected']).toBe(true);
    expect((await editor.get(`/pages/${open}`)).json['protected']).toBe(false);
    for (const path of ['/pages', '/tree'])
      expect(cacheControl(await viewer.get(path))).toBe('private, no-store');
    expect(idsIn((await viewer.get('/tree')).json.items)).toEqual([top, hidden, leaf, open]);
    expect(cacheControl(await viewer.get(`/pages/${open}`))).toBe('public, max-age=0, must-revalidate');
  });

  it('is so once, whoever says it again; a dry run and a refusal change nothing', async () => {
    const before = await server.position();
    await protect(server, hidden);
    await write(server, 'DELETE', `/pages/${open}/protection`);
    const dry = await server.request('PUT', `/pages/${open}/protection?dryRun=true`, { body: {} });
    expect([dry.status, dry.json['protected']]).toEqual([200, true]);
    await write(server, 'DELETE', `/pages/${hidden}/protection?dryRun=true`);
    for (const asked of [editor, viewer, render])
      for (const method of ['PUT', 'DELETE'])
        expect(outcome(await asked.send(method, `/pages/${hidden}/protection`))).toEqual([403, 'forbidden']);
    expect(await server.position()).toBe(before);
    expect([await render.status(`/pages/${open}`), await render.status(`/pages/${hidden}`)]).toEqual([
      200, 404,
    ]);
  });

  it('ends to be so for all that is beneath, but for what is protected by itself', async () => {
    await protect(server, leaf);
    await write(server, 'DELETE', `/pages/${hidden}/protection`);
    expect([await render.status(`/pages/${hidden}`), await render.status(`/pages/${leaf}`)]).toEqual([
      200, 404,
    ]);
    await write(server, 'DELETE', `/pages/${leaf}/protection`);
    expect(await render.status(`/pages/${leaf}`)).toBe(200);
    expect(await render.status('/paths/top/hidden/leaf')).toBe(200);
  });

  it('can be so by a batch, and is refused in one with all the rest', async () => {
    await write(server, 'DELETE', `/pages/${hidden}/protection`);
    const commands = [
      { method: 'PUT', path: `/pages/${open}/protection` },
      { method: 'DELETE', path: `/pages/${open}/protection` },
      { method: 'PUT', path: `/pages/${hidden}/protection`, body: {} },
    ];
    const sending = { headers: speaks, body: { commands } };
    expect((await write(server, 'POST', '/batch', sending)).json.items.map(({ status }) => status)).toEqual([
      200, 204, 200,
    ]);
    expect([await render.status(`/pages/${open}`), await render.status(`/pages/${hidden}`)]).toEqual([
      200, 404,
    ]);
    const refused = await editor.send('POST', '/batch', sending);
    expect([refused.status, refused.json.index]).toEqual([403, 0]);
  });

  it('has another tag than before, so that who has it is not told that it is still so', async () => {
    await write(server, 'DELETE', `/pages/${hidden}/protection`);
    const paths = [`/pages/${leaf}`, `/pages/${leaf}/content`, '/pages', '/tree'];
    const tags = await Promise.all(
      paths.map(async (path) => (await render.get(path)).headers.get('etag') ?? ''),
    );
    await protect(server, hidden);
    const statuses = await Promise.all(
      paths.map(
        async (path, index) => (await render.get(path, { 'if-none-match': tags[index] ?? '' })).status,
      ),
    );
    expect(statuses).toEqual([404, 404, 200, 200]);
    const tag = (await viewer.get(`/pages/${leaf}`)).headers.get('etag') ?? '';
    const again = await viewer.get(`/pages/${leaf}`, { 'if-none-match': tag });
    expect([again.status, cacheControl(again)]).toEqual([304, 'private, no-store']);
    expect((await render.get(`/pages/${leaf}`, { 'if-none-match': tag })).status).toBe(404);
    expect((await render.get(`/pages/${leaf}`, { 'if-none-match': '*' })).status).toBe(404);
  });

  it('vanishes from the feed of readers and comes back, with what is beneath it', async () => {
    await write(server, 'DELETE', `/pages/${hidden}/protection`);
    const after = await server.position();
    const { secret } = await issue(server, { role: 'render' });
    const stream = await openStream(server.url, secret, {}, `?after=${after}`);
    await protect(server, hidden);
    await write(server, 'DELETE', `/pages/${hidden}/protection`);
    const expected = [
      ['vanished', hidden, '/top/hidden'],
      ['vanished', leaf, '/top/hidden/leaf'],
      ['visible', hidden, '/top/hidden'],
      ['visible', leaf, '/top/hidden/leaf'],
    ];
    const { json } = await render.get(`/events?after=${after}`);
    expect(json.items.map(({ kind, page, path }) => [kind, page, path])).toEqual(expected);
    expect((await viewer.get(`/events?after=${after}`)).json.items).toEqual([]);
    const streamed: unknown[] = [];
    for await (const { data } of stream.events) if (streamed.push(data) === expected.length) break;
    stream.close();
    expect(streamed).toEqual(json.items);
  });

  it('that is moved out is there for readers, and that is moved in is not', async () => {
    const wandering = await shown('wandering', hidden);
    expect(await render.status(`/pages/${wandering}`)).toBe(404);
    await move(server, wandering, { parent: top });
    expect(await render.status('/paths/top/wandering')).toBe(200);
    // Nobody is led from where it was protected to where it is.
    expect(await render.status('/paths/top/hidden/wandering')).toBe(404);
    await move(server, wandering, { parent: hidden });
    expect(await render.status(`/pages/${wandering}`)).toBe(404);
    expect(await render.status('/paths/top/wandering')).toBe(404);
    await write(server, 'DELETE', `/pages/${wandering}`, { headers: onTop(1) });
  });
});
