import {
  asking,
  createAs,
  give,
  idsIn,
  issue,
  makeSection,
  move,
  outcome,
  publish,
  remove,
} from '../../support/access.js';
import { createPage, onTop, speaks, write } from '../../support/pages.js';
import { useServer } from '../../support/server.js';

const server = useServer();

const section = () => makeSection(server);

describe('A token with a path', () => {
  it('sees and changes what is beneath the page, and nothing else', async () => {
    const [ours, theirs] = [await section(), await section()];
    const chunk = await createPage(server);
    const editor = asking(server, (await issue(server, { role: 'editor', path: ours.path })).secret);
    for (const id of [ours.root, ours.child, ours.leaf])
      expect(await editor.status(`/pages/${id}`)).toBe(200);
    for (const id of [theirs.root, theirs.leaf, chunk.id]) {
      expect(await editor.status(`/pages/${id}`)).toBe(404);
      expect(await editor.save(id)).toEqual([404, 'not-found']);
    }
    expect(await editor.save(ours.leaf)).toEqual([200, undefined]);
    expect(idsIn((await editor.get('/tree')).json.items)).toEqual([ours.root, ours.child, ours.leaf]);
    const { json } = await editor.get('/pages?count=true');
    expect([json.items.map(({ id }) => id), json['count'], json.next]).toEqual([
      [ours.root, ours.child, ours.leaf],
      3,
      null,
    ]);
  });

  it('creates beneath its page, and neither at the top level nor outside the tree nor elsewhere', async () => {
    const [ours, theirs] = [await section(), await section()];
    const editor = asking(server, (await issue(server, { role: 'editor', path: ours.path })).secret);
    expect(await createAs(editor, { parent: ours.leaf, slug: 'new' })).toEqual([201, undefined]);
    expect(await createAs(editor, { slug: 'top' })).toEqual([403, 'forbidden']);
    expect(await createAs(editor, {})).toEqual([403, 'forbidden']);
    expect(await createAs(editor, { parent: theirs.root, slug: 'new' })).toEqual([409, 'parent-not-found']);
    expect(await createAs(editor, { parent: ours.root, slug: 'x', before: theirs.root })).toEqual([
      409,
      'sibling-not-found',
    ]);
  });

  it('saves on top of what it has read, by any tag that it was given', async () => {
    const ours = await section();
    const editor = asking(server, (await issue(server, { role: 'editor', path: ours.path })).secret);
    for (const path of [
      `/pages/${ours.leaf}`,
      `/pages/${ours.leaf}?with=ancestors`,
      `/pages/${ours.leaf}/content`,
      `/paths${ours.path}/child/leaf`,
    ]) {
      const { headers } = await editor.get(path);
      const tag = headers.get('etag') ?? '';
      expect((await editor.get(path, { 'if-none-match': tag })).status).toBe(304);
      for (const ifMatch of [tag, `W/${tag}`, tag.replace(/"$/, '-gzip"')]) {
        const sent = { ...speaks, 'if-match': ifMatch };
        const saved = await editor.send('PUT', `/pages/${ours.leaf}/content?dryRun=true`, {
          headers: sent,
          body: { title: 'New' },
        });
        expect([ifMatch, ...outcome(saved)]).toEqual([ifMatch, 200, undefined]);
      }
    }
    const moved = await editor.send('POST', `/pages/${ours.leaf}/move`, {
      headers: onTop(1),
      body: { slug: 'renamed' },
    });
    const again = { headers: { 'if-match': moved.headers.get('etag') ?? '' }, body: { slug: 'again' } };
    expect((await editor.send('POST', `/pages/${ours.leaf}/move`, again)).status).toBe(200);
  });

  it('is refused for a path at which nothing is, and for the role that has no pages', async () => {
    const ours = await section();
    const refused = async (body: object) => outcome(await server.request('POST', '/tokens', { body }));
    expect(await refused({ role: 'editor', path: '/nowhere' })).toEqual([404, 'not-found']);
    expect(await refused({ role: 'metrics', path: ours.path })).toEqual([400, 'malformed-request']);
    for (const path of ['nowhere', '//', '/a/', '/../a', '', 7])
      expect(await refused({ role: 'editor', path })).toEqual([400, 'malformed-request']);
  });
});

describe('Grants', () => {
  it('add up: each gives its role where it begins, and the highest counts', async () => {
    const [one, two] = [await section(), await section()];
    await publish(server, one.root);
    const token = await issue(server, { role: 'editor', path: one.path });
    const editor = asking(server, token.secret);
    expect(await editor.status(`/pages/${two.child}`)).toBe(404);
    await give(server, token, 'editor', `${two.path}/child`);
    expect(await editor.status(`/pages/${two.child}`)).toBe(200);
    expect(await editor.status(`/pages/${two.root}`)).toBe(404);
    const { json } = await editor.get('/me');
    expect(
      (json['grants'] as { path: string; role: string }[]).map(({ path, role }) => [path, role]),
    ).toEqual([
      [one.path, 'editor'],
      [`${two.path}/child`, 'editor'],
    ]);
    expect((await editor.send('POST', `/pages/${one.leaf}/publish`)).status).toBe(403);
    await give(server, token, 'publisher', `${one.path}/child/leaf`);
    expect((await editor.send('POST', `/pages/${one.leaf}/publish`)).status).toBe(200);
    expect((await editor.send('POST', `/pages/${one.child}/publish`)).status).toBe(403);
    expect(await editor.status(`/paths${one.path}/child/leaf`)).toBe(200);
  });

  it('show a reader the rest as readers see it, and their own part as it is', async () => {
    const [ours, open] = [await section(), await section()];
    await publish(server, open.root);
    await write(server, 'PUT', `/pages/${open.root}/content`, {
      headers: onTop(1),
      body: { title: 'draft' },
    });
    const token = await issue(server, { role: 'render' });
    const reader = asking(server, token.secret);
    await give(server, token, 'editor', ours.path);
    const { json } = await reader.get(`/pages/${open.root}`);
    expect([json.contentVersion, json.status, json['permissions'], json['updatedBy']]).toEqual([
      1,
      'published',
      undefined,
      undefined,
    ]);
    expect(await reader.status(`/pages/${open.root}?version=2`)).toBe(404);
    expect(await reader.status(`/pages/${open.root}/versions`)).toBe(404);
    expect(await reader.status(`/pages/${open.child}`)).toBe(404);
    expect((await reader.get(`/pages/${ours.child}`)).json.permissions).toEqual([
      'read',
      'save',
      'move',
      'delete',
    ]);
    expect(await reader.save(open.root, 2)).toEqual([403, 'forbidden']);
    expect(await createAs(reader, { parent: open.root, slug: 'new' })).toEqual([403, 'forbidden']);
  });

  it('list what stands at the top for whoever has them, as the tree does', async () => {
    const [one, two, open] = [await section(), await section(), await section()];
    await publish(server, open.root);
    const token = await issue(server, { role: 'editor', path: `${one.path}/child` });
    const editor = asking(server, token.secret);
    await give(server, token, 'editor', two.path);
    await give(server, token, 'publisher', `${two.path}/child`);
    const tops = async (query = ''): Promise<readonly string[]> => {
      const { json } = await editor.get(`/pages?parent=null&count=true${query}`);
      expect(json['count']).toBe(json.items.length);
      return json.items.map(({ id }) => id).sort();
    };
    const expected = [one.child, two.root].sort();
    for (const query of [
      '',
      '&sort=order',
      '&sort=-title',
      '&sort=updated',
      '&status=draft',
      `&asOf=${await server.position()}`,
    ])
      expect([query, await tops(query)]).toEqual([query, expected]);
    const tree = (await editor.get('/tree?depth=1')).json['items'] as readonly { id: string }[];
    expect(tree.map(({ id }) => id).sort()).toEqual(expected);
    const [first = '', second = ''] = (await editor.get('/pages?parent=null&sort=order')).json.items.map(
      ({ id }) => id,
    );
    const { json } = await editor.get('/pages?parent=null&sort=order&limit=1');
    const rest = await editor.get(`/pages?parent=null&sort=order&limit=1&cursor=${json.next ?? ''}`);
    expect([json.items[0]?.id, rest.json.items[0]?.id, rest.json.next]).toEqual([first, second, null]);
    const inside = await editor.get(`/pages?parent=${two.root}`);
    expect(inside.json.items.map(({ id }) => id)).toEqual([two.child]);

    // Who reads the whole of it has the top level of the site, and what of theirs readers don't see the way to.
    const reading = await issue(server, { role: 'render' });
    await give(server, reading, 'editor', one.path);
    const listed = (await asking(server, reading.secret).get('/pages?parent=null&limit=500')).json.items;
    const ids = listed.map(({ id }) => id);
    expect([ids.includes(one.root), ids.includes(open.root), ids.includes(two.root)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(ids).not.toContain(one.child);
  });

  it('follow their page when it is renamed, and when it is moved', async () => {
    const [ours, other] = [await section(), await section()];
    const token = await issue(server, { role: 'editor', path: ours.path });
    const editor = asking(server, token.secret);
    await move(server, ours.root, { slug: 'renamed' });
    expect(await editor.save(ours.leaf)).toEqual([200, undefined]);
    expect((await editor.get('/me')).json['grants']).toMatchObject([{ path: '/renamed', anchor: ours.root }]);
    expect((await editor.get('/paths/renamed/child')).json.id).toBe(ours.child);
    await move(server, ours.root, { parent: other.leaf });
    expect(await editor.save(ours.leaf, 2)).toEqual([200, undefined]);
    const { json } = await editor.get(`/pages/${ours.root}?with=ancestors`);
    expect([json['parent'], json['ancestors']]).toEqual([null, []]);
    expect(await editor.status(`/pages/${other.leaf}`)).toBe(404);
  });

  it('sleep while their page is deleted, and wake with it', async () => {
    const ours = await section();
    const token = await issue(server, { role: 'editor', path: ours.path });
    const editor = asking(server, token.secret);
    const paths = [`/pages/${ours.root}`, `/pages/${ours.leaf}/versions`, `/paths${ours.path}/child`];
    const states = async () => [
      await Promise.all(paths.map((path) => editor.status(path))),
      (await editor.get('/pages?deleted=true')).json.items.length,
      idsIn((await editor.get('/tree')).json.items).length,
      ((await editor.get('/me')).json['grants'] as { path: unknown }[])[0]?.path,
    ];
    expect(await states()).toEqual([[200, 200, 200], 0, 3, ours.path]);
    await remove(server, ours.root);
    expect(await states()).toEqual([[404, 404, 404], 0, 0, null]);
    expect(outcome(await editor.send('POST', `/pages/${ours.root}/undelete`))).toEqual([404, 'not-found']);
    expect(await editor.save(ours.leaf)).toEqual([404, 'not-found']);
    // A page that takes the name is another page.
    const { id } = await createPage(server, { slug: ours.path.slice(1) });
    expect(await editor.status(`/pages/${id}`)).toBe(404);
    await move(server, id, { slug: 'away' });
    await write(server, 'POST', `/pages/${ours.root}/undelete`);
    expect(await states()).toEqual([[200, 200, 200], 0, 3, ours.path]);
  });

  it('bring back what was deleted inside, and nothing that was deleted above', async () => {
    const ours = await section();
    const editor = asking(
      server,
      (await issue(server, { role: 'editor', path: `${ours.path}/child` })).secret,
    );
    expect((await editor.send('DELETE', `/pages/${ours.leaf}`, { headers: onTop(1) })).status).toBe(204);
    expect((await editor.get('/pages?deleted=true')).json.items.map(({ id }) => id)).toEqual([ours.leaf]);
    expect((await editor.send('POST', `/pages/${ours.leaf}/undelete`)).status).toBe(200);
    await remove(server, ours.root);
    expect((await editor.get('/pages?deleted=true')).json.items).toEqual([]);
    for (const id of [ours.child, ours.root])
      expect(outcome(await editor.send('POST', `/pages/${id}/undelete`))).toEqual([404, 'not-found']);
  });
});

describe('A grant at the page that is at the path of the whole site', () => {
  it('has the id of that page as its anchor, and the whole site has none', async () => {
    const { id } = await createPage(server, { slug: 'home-to-be' });
    const editor = await issue(server, { role: 'editor', path: '/home-to-be' });
    const everywhere = await issue(server, { role: 'viewer', path: '/' });
    await move(server, id, { slug: '' });
    for (const path of ['/grants?limit=500', `/pages/${id}/access`]) {
      const { items } = (await server.request('GET', path)).json;
      expect([editor, everywhere].map((token) => items.find((grant) => grant.id === token.id))).toMatchObject(
        [
          { path: '/', anchor: id, role: 'editor' },
          { path: '/', anchor: null, role: 'viewer' },
        ],
      );
    }
    expect(await asking(server, editor.secret).save(id)).toEqual([200, undefined]);
    expect(await createAs(asking(server, editor.secret), { slug: 'beside' })).toEqual([403, 'forbidden']);
  });
});
