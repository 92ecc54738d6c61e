import { asking, give, issue, makeSection, move, outcome, protect, publish } from '../../support/access.js';
import { onTop, speaks } from '../../support/pages.js';
import { useServer } from '../../support/server.js';

const server = useServer();

const section = () => makeSection(server);

describe('A move', () => {
  it('is not for the editors of a section where it takes the section itself along', async () => {
    const [top, nested] = [await section(), await section()];
    const atTop = asking(server, (await issue(server, { role: 'admin', path: top.path })).secret);
    expect(await atTop.move(top.root, { slug: 'else' })).toEqual([403, 'forbidden']);
    const inner = asking(
      server,
      (await issue(server, { role: 'admin', path: `${nested.path}/child` })).secret,
    );
    for (const to of [{ slug: 'else' }, { slug: 'child' }, {}, { parent: null }])
      expect([to, await inner.move(nested.child, to)]).toEqual([to, [403, 'forbidden']]);
    const { text } = await inner.send('POST', `/pages/${nested.child}/move`, { headers: onTop(1), body: {} });
    expect(text).not.toContain(nested.root);
  });

  it('inside is theirs, and across needs the right at both ends', async () => {
    const [one, two] = [await section(), await section()];
    const token = await issue(server, { role: 'editor', path: one.path });
    const editor = asking(server, token.secret);
    expect(await editor.move(one.leaf, { parent: one.root, slug: 'up' })).toEqual([200, undefined]);
    expect(await editor.move(one.leaf, { parent: two.root })).toEqual([409, 'parent-not-found']);
    expect(await editor.move(one.leaf, { parent: null })).toEqual([403, 'forbidden']);
    expect(await editor.move(two.leaf, { parent: one.root })).toEqual([404, 'not-found']);
    await publish(server, two.root);
    await give(server, token, 'viewer', two.path);
    expect(await editor.move(one.leaf, { parent: two.root })).toEqual([403, 'forbidden']);
    await give(server, token, 'editor', `${two.path}/child`);
    expect(await editor.move(one.leaf, { parent: two.child })).toEqual([200, undefined]);
    expect(await editor.move(two.leaf, { parent: one.root, slug: 'taken' })).toEqual([200, undefined]);
  });

  it('of what is published, wherever beneath, is for publishers at both ends; so is its deletion', async () => {
    const [one, two] = [await section(), await section()];
    await publish(server, one.leaf);
    const token = await issue(server, { role: 'editor', path: one.path });
    const editor = asking(server, token.secret);
    await give(server, token, 'editor', two.path);
    const removed = async () =>
      outcome(await editor.send('DELETE', `/pages/${one.child}?dryRun=true`, { headers: onTop(1) }));
    expect(await editor.move(one.child, { slug: 'renamed' })).toEqual([403, 'forbidden']);
    expect(await removed()).toEqual([403, 'forbidden']);
    await give(server, token, 'publisher', one.path);
    expect(await removed()).toEqual([204, undefined]);
    expect(await editor.move(one.child, { slug: 'renamed' })).toEqual([200, undefined]);
    expect(await editor.move(one.child, { parent: two.root })).toEqual([403, 'forbidden']);
    await give(server, token, 'publisher', two.path);
    expect(await editor.move(one.child, { parent: two.root })).toEqual([200, undefined]);
  });

  it('takes no page out of a protected part without publish', async () => {
    const [ours, inner] = [await section(), await section()];
    await move(server, inner.root, { parent: ours.root, slug: 'inner' });
    await protect(server, inner.root);
    const token = await issue(server, { role: 'editor', path: ours.path });
    const editor = asking(server, token.secret);
    const before = await server.position();
    expect(await editor.move(inner.leaf, { parent: ours.child })).toEqual([403, 'forbidden']);
    expect(await editor.move(inner.child, { parent: ours.root })).toEqual([403, 'forbidden']);
    expect(await server.position()).toBe(before);
    expect(await editor.move(inner.leaf, { parent: inner.root, slug: 'within' })).toEqual([200, undefined]);
    expect(await editor.move(inner.root, { slug: 'by-itself-protected' })).toEqual([200, undefined]);
    await give(server, token, 'publisher', ours.path);
    expect(await editor.move(inner.leaf, { parent: ours.child, slug: 'out' })).toEqual([200, undefined]);
  });
});

describe('The answer to a move', () => {
  it('says who gains and who loses, by name to those who administer it, for a dry run, too', async () => {
    const [one, two] = [await section(), await section()];
    const [loser, gainer] = await Promise.all(
      [one, two].map(async ({ path }, index) =>
        issue(server, { role: 'editor', path, name: `xnamedx${index}` }),
      ),
    );
    const [editor, admin] = await Promise.all(
      ['editor', 'admin'].map(async (role) => {
        const token = await issue(server, { role, path: one.path });
        await give(server, token, role, two.path);
        return { ...asking(server, token.secret), id: token.id };
      }),
    );
    const move = { headers: onTop(1), body: { parent: two.root, slug: 'came' } };
    const byName = await admin?.send('POST', `/pages/${one.leaf}/move?dryRun=true`, move);
    expect(byName?.json['access']).toEqual({
      gains: [{ principal: { kind: 'token', id: gainer?.id }, from: null, to: 'editor' }],
      loses: [{ principal: { kind: 'token', id: loser?.id }, from: 'editor', to: null }],
      protected: false,
    });
    const byKind = await editor?.send('POST', `/pages/${one.leaf}/move?dryRun=true`, move);
    expect(byKind?.json['access']).toEqual({
      gains: [{ principal: { kind: 'token' }, from: null, to: 'editor' }],
      loses: [{ principal: { kind: 'token' }, from: 'editor', to: null }],
      protected: false,
    });
    await protect(server, two.root);
    const guarded = await editor?.send('POST', `/pages/${one.leaf}/move`, move);
    expect([guarded?.status, (guarded?.json['access'] as { protected: unknown }).protected]).toEqual([
      200,
      true,
    ]);
    const within = await editor?.move(one.leaf, { slug: 'renamed' });
    expect(within).toEqual([200, undefined]);
  });
});

describe('A batch', () => {
  it('is judged command by command, each on what the one before it left, and refused whole', async () => {
    const [one, two] = [await section(), await section()];
    const token = await issue(server, { role: 'editor', path: one.path });
    await give(server, token, 'publisher', two.path);
    const editor = asking(server, token.secret);
    const publishing = { method: 'POST', path: `/pages/${one.leaf}/publish` };
    const moving = (parent: string) => ({
      method: 'POST',
      path: `/pages/${one.leaf}/move`,
      headers: { 'If-Match': '"v1"' },
      body: { parent, slug: 'in-a-batch' },
    });
    const run = async (...commands: object[]) =>
      editor.send('POST', '/batch', { headers: speaks, body: { commands } });
    const before = await server.position();
    expect((await run(publishing, moving(two.root))).json).toMatchObject({ code: 'forbidden', index: 0 });
    expect((await run(moving(two.root), publishing, moving(one.root))).json).toMatchObject({
      code: 'forbidden',
      index: 2,
    });
    expect(await server.position()).toBe(before);
    expect((await run(moving(two.root), publishing)).status).toBe(200);
  });

  it('that moves a page out of a part does not edit it there', async () => {
    const [one, two] = [await section(), await section()];
    const token = await issue(server, { role: 'editor', path: one.path });
    const editor = asking(server, token.secret);
    const commands = [
      {
        method: 'POST',
        path: `/pages/${one.leaf}/move`,
        headers: { 'If-Match': '"v1"' },
        body: { parent: two.root },
      },
      {
        method: 'PUT',
        path: `/pages/${one.leaf}/content`,
        headers: { 'If-Match': '"v1"' },
        body: { title: 'x' },
      },
    ];
    const before = await server.position();
    const refused = await editor.send('POST', '/batch', { headers: speaks, body: { commands } });
    expect([refused.status, refused.json.code, refused.json.index]).toEqual([409, 'parent-not-found', 0]);
    expect(await server.position()).toBe(before);
  });
});
