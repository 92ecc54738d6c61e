import type { Body } from '../support/body.js';
import { asking, issue, protect, publish, type Asking } from '../support/access.js';
import { idNumber } from '../support/ids.js';
import { useServer, type Answer } from '../support/server.js';
import { makeLadder } from './ladders.js';

const ladder = makeLadder([
  `export default ({ declare }) => declare({
    title: 'Pictures',
    types: {
      page: {
        type: 'object',
        properties: {
          title: { type: 'string' },
          picture: { type: 'string', 'x-reference': 'asset' },
          related: { type: 'array', items: { type: 'string', 'x-reference': 'page' } },
          body: { $ref: 'blocks' },
          text: { type: 'string', 'x-reference': 'markdown' },
        },
      },
    },
    blocks: { figure: { type: 'object', properties: { of: { type: 'string', 'x-reference': 'asset' } } } },
  });`,
  `export default ({ migration }) => migration({
    title: 'Photos',
    types: { page: (type) => type.rename({ picture: 'photo' }) },
  });`,
]);
const server = useServer({ PALIMPSEST_MIGRATIONS: ladder.path });
afterAll(() => {
  ladder.remove();
});

const speaks = (version = 2) => ({ 'schema-version': String(version) });
const onTop = (version: number) => ({ ...speaks(), 'if-match': `"v${version}"` });
let count = 0;

async function create(content: object, members: object = {}): Promise<string> {
  const body = { type: 'page', content, slug: `page-${++count}`, ...members };
  const { status, json, text } = await server.request('POST', '/pages', { headers: speaks(), body });
  if (status !== 201) throw new Error(text);
  return json.id;
}

async function save(id: string, version: number, content: object): Promise<void> {
  const answer = await server.request('PUT', `/pages/${id}/content`, {
    headers: onTop(version),
    body: content,
  });
  expect(answer.status).toBe(200);
}

async function remove(id: string): Promise<void> {
  expect((await server.request('DELETE', `/pages/${id}`, { headers: onTop(1) })).status).toBe(204);
}

const asked = new Map<string, Asking>();

async function as(role: string, path?: string): Promise<Asking> {
  const key = `${role} ${path ?? ''}`;
  const known =
    asked.get(key) ??
    asking(server, (await issue(server, { role, ...(path !== undefined && { path }) })).secret);
  asked.set(key, known);
  return known;
}

const itemsOf = ({ json }: Answer): readonly Body[] => json.items;
const idsOf = (answer: Answer): readonly string[] => itemsOf(answer).map(({ id }) => id);
const admin = (): Promise<Asking> => as('admin');

describe('GET /pages/{id}/references', () => {
  it('lists what the document refers to, in its order, where the client finds it', async () => {
    const target = await create({ title: 'Target' });
    const id = await create({
      photo: idNumber(7),
      related: [target, 'none', target],
      body: [{ _type: 'figure', _id: 'f', of: idNumber(8) }],
    });
    const { json: shown } = await server.request('GET', `/pages/${target}`);
    const of = { id: target, path: shown.path, title: 'Target', type: 'page', status: 'draft' };
    const expected = [
      { pointer: '/photo', kind: 'asset', id: idNumber(7), missing: true },
      { pointer: '/related/0', kind: 'page', ...of },
      { pointer: '/related/2', kind: 'page', ...of },
      { pointer: '/body/0/of', kind: 'asset', id: idNumber(8), missing: true },
    ];
    const path = `/pages/${id}/references`;
    const answer = await server.request('GET', path, { headers: speaks() });
    expect(answer.json).toEqual({ items: expected, next: null });
    expect(answer.headers.get('schema-version')).toBe('2');
    const older = await server.request('GET', path, { headers: speaks(1) });
    const inOrder = (items: readonly object[]) => items.map((item) => JSON.stringify(item)).sort();
    expect(inOrder(itemsOf(older))).toEqual(
      inOrder([{ ...expected[0], pointer: '/picture' }, ...expected.slice(1)]),
    );
  });

  it('shows to readers what is published, and a target that they do not see like one that is not there', async () => {
    const [draft, shown, gone] = [await create({}), await create({ title: 'Shown' }), await create({})];
    await publish(server, shown);
    await remove(gone);
    const id = await create({ related: [draft, shown, gone, idNumber(9)] });
    await publish(server, id);
    await save(id, 1, { photo: idNumber(3) });
    const render = await as('render');
    const { json } = await render.get(`/pages/${id}/references`);
    const missing = (index: number, of: string) => ({
      pointer: `/related/${index}`,
      kind: 'page',
      id: of,
      missing: true,
    });
    expect(json.items).toEqual([
      missing(0, draft),
      expect.objectContaining({ id: shown, title: 'Shown', status: 'published' }),
      missing(2, gone),
      missing(3, idNumber(9)),
    ]);
    expect(idsOf(await (await admin()).get(`/pages/${id}/references`))).toEqual([idNumber(3)]);
  });

  it('goes on where it stopped, while the version is the same', async () => {
    const targets = [1, 2, 3, 4, 5].map(idNumber);
    const id = await create({ related: targets });
    const path = `/pages/${id}/references?limit=2`;
    const reader = await admin();
    const { json } = await reader.get(path);
    const found = json.items.map((item) => item.id);
    for (let { next } = json; next !== null;) {
      const answer = await reader.get(`${path}&cursor=${next}`);
      found.push(...idsOf(answer));
      ({ next } = answer.json);
    }
    expect(found).toEqual(targets);
    await save(id, 1, { related: targets.slice(1) });
    const stale = await reader.get(`${path}&cursor=${String(json.next)}`);
    expect([stale.status, stale.json.code]).toEqual([400, 'malformed-request']);
  });
});

describe('GET /pages/{id}/referrers', () => {
  it('lists the pages that refer to it, and in which of their versions', async () => {
    const target = await create({});
    const [one, two] = [await create({ title: 'One', related: [target] }), await create({ photo: target })];
    await publish(server, two);
    await save(two, 1, {});
    const { json } = await (await admin()).get(`/pages/${target}/referrers`);
    const { json: page } = await server.request('GET', `/pages/${one}`);
    expect(json).toEqual({
      items: [
        { id: one, path: page.path, title: 'One', type: 'page', inLatest: true, inPublished: false },
        expect.objectContaining({ id: two, inLatest: false, inPublished: true }),
      ],
      next: null,
    });
  });

  it('shows readers those alone whose published version refers to it, before they are counted off', async () => {
    const target = await create({});
    await publish(server, target);
    const drafts = await Promise.all([1, 2, 3].map(() => create({ related: [target] })));
    const shown = await create({ related: [target] });
    await publish(server, shown);
    const hidden = await create({ related: [target] });
    await publish(server, hidden);
    await protect(server, hidden);
    const emptied = await create({});
    await publish(server, emptied);
    await save(emptied, 1, { related: [target] });
    const deleted = await create({ related: [target] });
    await publish(server, deleted);
    await remove(deleted);
    const path = `/pages/${target}/referrers`;
    const render = await (await as('render')).get(`${path}?limit=1`);
    expect(render.json).toEqual({
      items: [expect.objectContaining({ id: shown, inPublished: true })],
      next: null,
    });
    expect(itemsOf(render)[0]).not.toHaveProperty('inLatest');
    const viewer = await (await as('viewer')).get(path);
    expect(idsOf(viewer)).toEqual([shown, hidden]);
    expect(viewer.headers.get('cache-control')).toBe('private, no-store');
    expect(idsOf(await (await admin()).get(path))).toEqual([...drafts, shown, hidden, emptied]);
  });

  it('shows an editor of a part what is in it, and goes on where it stopped', async () => {
    const slug = `part-${++count}`;
    const part = await create({}, { slug });
    const target = await create({}, { parent: part });
    await create({ related: [target] });
    const inside: string[] = [];
    for (let number = 0; number < 3; number++) {
      inside.push(await create({ related: [target] }, { parent: part }));
      await create({ related: [target] });
    }
    const editor = await as('editor', `/${slug}`);
    const path = `/pages/${target}/referrers?limit=2`;
    const first = await editor.get(path);
    expect(idsOf(first)).toEqual(inside.slice(0, 2));
    const rest = await editor.get(`${path}&cursor=${String(first.json.next)}`);
    expect(idsOf(rest)).toEqual(inside.slice(2));
    expect(rest.json.next).toBeNull();
  });
});

describe('DELETE /pages/{id}', () => {
  const force = (id: string) => `/pages/${id}?force=true`;

  async function referred(): Promise<{
    readonly target: string;
    readonly referrer: string;
    readonly told: object;
  }> {
    const target = await create({});
    const referrer = await create({ related: [target] });
    const { json } = await server.request('GET', `/pages/${referrer}`);
    return { target, referrer, told: { referrers: [{ page: referrer, path: json.path }], count: 1 } };
  }

  it('is refused where others refer to it, is listed by a dry run, and is done with force', async () => {
    const { target, told } = await referred();
    const send = (path: string) => server.request('DELETE', path, { headers: onTop(1) });
    const refused = await send(`/pages/${target}`);
    expect([refused.status, refused.json]).toEqual([
      409,
      expect.objectContaining({ code: 'referenced', ...told }),
    ]);
    const dry = await send(`/pages/${target}?dryRun=true`);
    expect([dry.status, dry.json]).toEqual([200, told]);
    expect((await send(`${force(target)}&dryRun=true`)).status).toBe(204);
    expect((await send(`/pages/${target}?force=yes`)).status).toBe(400);
    expect((await send(force(target))).status).toBe(204);
    expect((await server.request('GET', `/pages/${target}`)).status).toBe(404);
  });

  it('answers a repetition as it did before, and refuses the same key without force', async () => {
    const { target } = await referred();
    const headers = { ...onTop(1), 'idempotency-key': `delete ${target}` };
    for (let time = 0; time < 2; time++)
      expect((await server.request('DELETE', force(target), { headers })).status).toBe(204);
    const other = await server.request('DELETE', `/pages/${target}`, { headers });
    expect([other.status, other.json.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it('is an item of a batch: refused with its index, forced by its own query, free once nothing refers to it', async () => {
    const { target, referrer, told } = await referred();
    const removing = (path: string) => ({ method: 'DELETE', path, headers: { 'if-match': '"v1"' } });
    const batch = (commands: readonly object[], query = '') =>
      server.request('POST', `/batch${query}`, { headers: speaks(), body: { commands } });
    const made = { method: 'POST', path: '/pages', body: { type: 'page', content: { photo: target } } };
    const refused = await batch([made, removing(`/pages/${target}`)]);
    expect([refused.status, refused.json]).toEqual([
      409,
      expect.objectContaining({ code: 'referenced', index: 1, count: 2 }),
    ]);
    const dry = await batch([removing(`/pages/${target}`)], '?dryRun=true');
    expect(dry.json.items).toEqual([expect.objectContaining({ status: 200, body: told })]);
    const forced = await batch([removing(force(target))], '?dryRun=true');
    expect(forced.json.items).toEqual([{ status: 204, headers: {} }]);
    for (const path of [
      `${force(target)}&dryRun=true`,
      `/pages/${target}?force=true&force=true`,
      `/pages/${target}?a=b`,
    ])
      expect((await batch([removing(path)])).json.code).toBe('malformed-request');
    const publishing = { method: 'POST', path: `/pages/${referrer}/publish?force=true` };
    expect((await batch([publishing])).json.code).toBe('malformed-request');
    const emptied = {
      ...{ method: 'PUT', path: `/pages/${referrer}/content`, body: {} },
      headers: { 'if-match': '"v1"' },
    };
    expect((await batch([emptied, removing(`/pages/${target}`)])).status).toBe(200);
  });
});

describe('an asset', () => {
  async function upload(): Promise<string> {
    const headers = { 'content-type': 'text/plain', ...speaks() };
    const answer = await server.request('POST', '/assets?name=a.txt', { headers, body: `Text ${++count}` });
    expect(answer.status).toBe(201);
    return answer.json.id;
  }

  it('is shown to those who see a published page that refers to it, without its place', async () => {
    const asset = await upload();
    const id = await create({ photo: asset });
    await publish(server, id);
    const references = await (await as('render')).get(`/pages/${id}/references`);
    expect(references.json.items).toEqual([
      {
        pointer: '/photo',
        kind: 'asset',
        id: asset,
        path: null,
        title: null,
        type: 'asset',
        status: 'published',
      },
    ]);
    await protect(server, id);
    const other = await create({ photo: asset });
    expect(idsOf(await (await admin()).get(`/pages/${asset}/referrers`))).toEqual([id, other]);
  });

  it('is not deleted while a page refers to it, unless that is forced', async () => {
    const asset = await upload();
    const id = await create({ photo: asset });
    const send = (query: string) =>
      server.request('DELETE', `/assets/${asset}${query}`, { headers: onTop(1) });
    const refused = await send('');
    expect([refused.status, refused.json.code, refused.json['count']]).toEqual([409, 'referenced', 1]);
    const dry = await send('?dryRun=true');
    expect([dry.status, dry.json['referrers']]).toEqual([200, [expect.objectContaining({ page: id })]]);
    expect((await send('?force=true')).status).toBe(204);
    const [found] = itemsOf(await (await admin()).get(`/pages/${id}/references`));
    expect(found).toEqual({ pointer: '/photo', kind: 'asset', id: asset, missing: true });
  });
});

describe('a link in Markdown', () => {
  async function upload(members: Readonly<Record<string, string>>): Promise<string> {
    const headers = { 'content-type': 'text/plain', ...speaks() };
    const query = new URLSearchParams({ name: 'gate.txt', ...members });
    const answer = await server.request('POST', `/assets?${query.toString()}`, { headers, body: `Text ${++count}` });
    expect(answer.status).toBe(201);
    return answer.json.id;
  }

  /** A folder, with a page whose text links to a file, and that file beside the page. */
  async function linked(text = '![Gate](gate.txt)') {
    const slug = `folder-${++count}`;
    const folder = await create({ title: 'Folder' }, { slug });
    const id = await create({ title: 'Page', text }, { parent: folder, slug: 'page' });
    const asset = await upload({ parent: folder, slug: 'gate.txt' });
    return { folder, slug, id, asset };
  }

  it('is told with what it leads to, and in what it leads to', async () => {
    const { slug, id, asset } = await linked(
      '![Gate](gate.txt), [home](/nowhere.md#top) and [me](./page.md)',
    );
    const { json } = await (await admin()).get(`/pages/${id}/references`);
    const at = { pointer: '/text', kind: 'markdown' };
    expect(json.items).toEqual([
      {
        ...at,
        link: 'gate.txt',
        id: asset,
        path: `/${slug}/gate.txt`,
        title: null,
        type: 'asset',
        status: 'draft',
      },
      { ...at, link: '/nowhere.md#top', missing: true },
      expect.objectContaining({ ...at, link: './page.md', id, path: `/${slug}/page` }),
    ]);
    for (const path of [`/assets/${asset}/referrers`, `/pages/${asset}/referrers`])
      expect(itemsOf(await (await admin()).get(path))).toEqual([
        expect.objectContaining({ id, inLatest: true, inPublished: false }),
      ]);
  });

  it('shows readers the file once the page is published, and again what came later', async () => {
    const { id, folder, asset } = await linked('![Gate](gate.txt) ![Later](later.txt)');
    const render = await as('render');
    const file = (of: string) => `/assets/${of}/file`;
    expect((await render.get(file(asset))).status).toBe(404);
    await publish(server, id);
    expect((await render.get(file(asset))).status).toBe(200);
    const later = await upload({ parent: folder, slug: 'later.txt' });
    expect((await render.get(file(later))).status).toBe(404);
    expect((await render.get(`/pages/${id}/references`)).json.items).toEqual([
      expect.objectContaining({ link: 'gate.txt', id: asset, path: null, status: 'published' }),
      { pointer: '/text', kind: 'markdown', link: 'later.txt', missing: true },
    ]);
    await publish(server, id);
    expect((await render.get(file(later))).status).toBe(200);
    expect((await render.get(`/pages/${id}/references`)).json.items).toEqual([
      expect.objectContaining({ id: asset }),
      expect.objectContaining({ id: later }),
    ]);
  });

  it('shows nothing that whoever publishes the page does not see, and tells nothing of it', async () => {
    const { asset, slug: elsewhere } = await linked();
    const text = `![Far](/${elsewhere}/gate.txt) [Nowhere](/${elsewhere}/none.txt)`;
    const { slug, id } = await linked(text);
    const publisher = await as('publisher', `/${slug}`);
    expect((await publisher.send('POST', `/pages/${id}/publish`)).status).toBe(200);
    for (const asker of [publisher, await as('render')]) {
      expect((await asker.get(`/assets/${asset}/file`)).status).toBe(404);
      const [far, nowhere] = itemsOf(await asker.get(`/pages/${id}/references`));
      expect({ ...far, link: '' }).toEqual({ ...nowhere, link: '' });
      expect(far).not.toHaveProperty('id');
    }
    expect((await publisher.get(`/assets/${asset}/referrers`)).status).toBe(404);
  });

  it('keeps a page, and a file, from being deleted by mistake', async () => {
    const { folder, id, asset, slug } = await linked();
    const referring = await create({ text: `[Page](/${slug}/page.md)` });
    const send = (path: string, version = 1) => server.request('DELETE', path, { headers: onTop(version) });
    const { json } = await server.request('GET', `/pages/${referring}`);
    for (const target of [id, folder]) {
      const refused = await send(`/pages/${target}`);
      expect([refused.status, refused.json]).toEqual([
        409,
        expect.objectContaining({
          code: 'referenced',
          referrers: [{ page: referring, path: json.path }],
          count: 1,
        }),
      ]);
    }
    expect((await send(`/assets/${asset}`)).json.code).toBe('referenced');
    await save(referring, 1, { text: '' });
    await save(id, 1, { text: '' });
    expect((await send(`/assets/${asset}`)).status).toBe(204);
    expect((await send(`/pages/${folder}`)).status).toBe(204);
  });

  it('leads to one of the two that had its name one after the other', async () => {
    const { folder, id, asset } = await linked();
    await server.request('DELETE', `/assets/${asset}?force=true`, { headers: onTop(1) });
    const other = await upload({ parent: folder, slug: 'gate.txt' });
    expect(idsOf(await (await admin()).get(`/pages/${id}/references`))).toEqual([other]);
  });

  it('is listed page after page, and each page once', async () => {
    const { folder, slug, asset } = await linked('![a](gate.txt) ![b](./gate.txt#x) ![c](/nowhere/gate.txt)');
    const more: string[] = [];
    for (let number = 0; number < 3; number++)
      more.push(
        await create(
          { photo: asset, text: `![](../${slug}/gate.txt) ![](/${slug}/gate.txt)` },
          { parent: folder },
        ),
      );
    await create({ text: '![](gate.txt)' });
    const found: string[] = [];
    let next: string | null = '';
    for (let path = `/pages/${asset}/referrers?limit=1`; next !== null;) {
      const answer: Answer = await (await admin()).get(path);
      found.push(...idsOf(answer));
      next = answer.json.next;
      path = `/pages/${asset}/referrers?limit=1&cursor=${String(next)}`;
    }
    expect(found.slice(1)).toEqual(more);
  });
});
