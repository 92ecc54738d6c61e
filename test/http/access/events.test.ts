import {
  asking,
  issue,
  makeSection,
  makeShown,
  move,
  outcome,
  remove,
  type Asking,
} from '../../support/access.js';
import { openStream } from '../../support/event-stream.js';
import { createPage, write } from '../../support/pages.js';
import { adminSecret, useServer } from '../../support/server.js';

const server = useServer();

/** What is told after something was done. */
async function toldOf(asked: Asking, act: () => Promise<unknown>, query = ''): Promise<readonly unknown[]> {
  const after = (await asked.get('/me')).headers.get('position');
  await act();
  return (await asked.get(`/events?after=${after}&limit=500${query}`)).json.items;
}

describe('Readers of a part', () => {
  it('hear of what the pages above it do to its paths', async () => {
    const { path, root } = await makeSection(server);
    await write(server, 'POST', `/pages/${root}/publish`);
    const part = await makeShown(server, 'part', root);
    const leaf = await makeShown(server, 'leaf', part);
    const { secret } = await issue(server, { role: 'render', path: `${path}/part` });
    const reader = asking(server, secret);

    const renamed = await toldOf(reader, () => move(server, root, { slug: 'renamed' }));
    expect(renamed).toMatchObject([
      { kind: 'changed', page: part, path: '/renamed/part', formerPath: `${path}/part` },
      { kind: 'changed', page: leaf, path: '/renamed/part/leaf', formerPath: `${path}/part/leaf` },
    ]);
    const hidden = await toldOf(reader, () => write(server, 'POST', `/pages/${root}/unpublish`));
    expect(hidden).toMatchObject([
      { kind: 'changed', page: part, path: null },
      { kind: 'changed', page: leaf, path: null },
    ]);
  });
});

/** What matters of what is told. */
function short(told: readonly unknown[]): readonly unknown[] {
  return (told as readonly { type?: string; kind?: string; stream?: string; page?: string }[]).map(
    ({ type, kind, stream, page }) => [type ?? kind, stream ?? page],
  );
}

describe('The feed of what is at a path', () => {
  const admin = (): Asking => asking(server, adminSecret);
  const toldAt = async (path: string, query = ''): Promise<readonly unknown[]> =>
    (await admin().get(`/events?limit=500&path=${path}${query}`)).json.items;

  it('is not there for those who see no page at that path, nor where none is', async () => {
    const [ours, theirs] = [await makeSection(server), await makeSection(server)];
    const editor = asking(server, (await issue(server, { role: 'editor', path: ours.path })).secret);
    const render = asking(server, (await issue(server, { role: 'render' })).secret);
    for (const headers of [{}, { accept: 'text/event-stream' }]) {
      for (const path of [theirs.path, '/nothing', `${ours.path}/nothing`])
        expect((await editor.get(`/events?path=${path}`, headers)).json.code).toBe('not-found');
      expect((await render.get(`/events?path=${ours.path}`, headers)).json.code).toBe('not-found');
    }
    for (const path of ['', 'docs', '/docs/', '//'])
      expect(await outcomeOf(admin(), path)).toEqual([400, 'malformed-request']);
  });

  it('has the events of the page that is there now and of all beneath it', async () => {
    const ours = await makeSection(server);
    await makeSection(server);
    const created = [
      ['PageCreated', ours.child],
      ['PageCreated', ours.leaf],
    ];
    expect(short(await toldAt(`${ours.path}/child`))).toEqual(created);
    await move(server, ours.root, { slug: 'renamed-above' });
    await write(server, 'POST', `/pages/${ours.leaf}/publish`);
    expect(short(await toldAt('/renamed-above/child'))).toEqual([...created, ['PagePublished', ours.leaf]]);
    expect(short(await toldAt('/renamed-above/child', `&page=${ours.leaf}&type=PageCreated`))).toEqual([
      ['PageCreated', ours.leaf],
    ]);
    const all = (await admin().get('/events?limit=500')).json.items;
    expect(await toldAt('/')).toEqual(all);
  });

  it('tells of pages that come to it what they are then, and of others that they leave, and with what', async () => {
    const [ours, theirs] = [await makeSection(server), await makeSection(server)];
    await write(server, 'POST', `/pages/${theirs.leaf}/publish`);
    await move(server, theirs.child, { parent: ours.root, slug: 'theirs' });
    await write(server, 'POST', `/pages/${theirs.leaf}/unpublish`);
    await move(server, ours.child, { parent: theirs.root });
    await write(server, 'POST', `/pages/${ours.leaf}/publish`);
    const told = await toldAt(ours.path);
    expect(short(told)).toEqual([
      ['PageCreated', ours.root],
      ['entered', theirs.child],
      ['entered', theirs.leaf],
      ['PageUnpublished', theirs.leaf],
      ['left', ours.child],
      ['left', ours.leaf],
    ]);
    expect(told[2]).toMatchObject({ parent: theirs.child, publishedVersion: 1, content: { title: 'First' } });

    await remove(server, ours.root);
    await write(server, 'POST', `/pages/${ours.root}/undelete`);
    expect(short(await toldAt(ours.path)).slice(6)).toEqual([
      ['left', ours.root],
      ['left', theirs.child],
      ['left', theirs.leaf],
      ['entered', ours.root],
      ['entered', theirs.child],
      ['entered', theirs.leaf],
    ]);
  });

  it('tells readers what they notice of it', async () => {
    const top = await makeShown(server, 'shown-top');
    const part = await makeShown(server, 'part', top);
    await createPage(server, { slug: 'draft', parent: part });
    const aside = await makeShown(server, 'aside', top);
    const render = asking(server, (await issue(server, { role: 'render' })).secret);
    const { json } = await render.get('/events?path=/shown-top/part');
    expect(short(json.items)).toEqual([['visible', part]]);
    const told = await toldOf(render, () => move(server, aside, { parent: part }), '&path=/shown-top/part');
    expect(told).toMatchObject([{ kind: 'visible', page: aside, path: '/shown-top/part/aside' }]);
  });

  it('is the same in pieces, and as a stream, which goes on with the page wherever it is moved', async () => {
    const [ours, theirs] = [await makeSection(server), await makeSection(server)];
    await move(server, theirs.root, { parent: ours.child });
    const told = await toldAt(ours.path);
    const pieces: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = `limit=1&path=${ours.path}${cursor && `&cursor=${cursor}`}`;
      const { json } = await admin().get(`/events?${query}`);
      pieces.push(...json.items);
      cursor = json.next ?? null;
    }
    expect(pieces).toEqual(told);

    const stream = await openStream(server.url, adminSecret, {}, `?path=${ours.path}`);
    const streamed: unknown[] = [];
    for await (const { data } of stream.events) {
      if (streamed.push(data) === told.length) {
        await makeSection(server);
        await move(server, ours.root, { slug: 'moved-while-streaming' });
        await write(server, 'POST', `/pages/${ours.leaf}/publish`);
      }
      if (streamed.length === told.length + 2) break;
    }
    stream.close();
    expect(streamed.slice(0, -2)).toEqual(told);
    expect(short(streamed.slice(-2))).toEqual([
      ['PageMoved', ours.root],
      ['PagePublished', ours.leaf],
    ]);
  });
});

async function outcomeOf(asked: Asking, path: string): Promise<readonly [number, string | undefined]> {
  return outcome(await asked.get(`/events?path=${path}`));
}
