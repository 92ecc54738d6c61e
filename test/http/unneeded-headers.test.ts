import { createPage, save, speaks, write } from '../support/pages.js';
import { useServer } from '../support/server.js';

/** Writes that build on nothing that their author saw: who says all the same what that was is held to it. */
const server = useServer();

interface Written {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

const writes: readonly Written[] = [
  { method: 'POST', path: '/publish' },
  { method: 'POST', path: '/unpublish' },
  { method: 'PUT', path: '/protection' },
  { method: 'DELETE', path: '/protection' },
  { method: 'PUT', path: '/labels/final', body: { version: 1 } },
  { method: 'DELETE', path: '/labels/first' },
];

async function savedTwice(): Promise<string> {
  const { id } = await createPage(server);
  await save(server, id, 1, { title: 'Second' });
  await write(server, 'PUT', `/pages/${id}/labels/first`, { body: { version: 1 } });
  return id;
}

describe.each(writes)('$method /pages/{id}$path', ({ method, path, body }) => {
  it('is refused on top of a version that is not the latest, and does nothing', async () => {
    const id = await savedTwice();
    const before = await server.position();
    const headers = { 'if-match': '"v1-s6"' };
    const { status, json } = await server.request(method, `/pages/${id}${path}`, { headers, body });
    expect([status, json]).toMatchObject([
      412,
      { code: 'version-conflict', expected: 1, current: { contentVersion: 2 } },
    ]);
    const item = { method, path: `/pages/${id}${path}`, headers: { 'If-Match': '"v1"' }, body };
    const batch = await server.request('POST', '/batch', { headers: speaks, body: { commands: [item] } });
    expect([batch.status, batch.json.index]).toEqual([412, 0]);
    expect(await server.position()).toBe(before);
  });

  it('is done on top of the latest, or of any that is named', async () => {
    const id = await savedTwice();
    const headers = { 'if-match': '"v1", W/"v2-s6-gzip"' };
    const { status } = await server.request(method, `/pages/${id}${path}`, { headers, body });
    expect(status).toBeLessThan(300);
  });
});

test('a page is brought back on top of the version that was deleted alone', async () => {
  const id = await savedTwice();
  await write(server, 'DELETE', `/pages/${id}`, { headers: { 'if-match': '"v2"' } });
  const undelete = async (tag: string): Promise<number> =>
    (await server.request('POST', `/pages/${id}/undelete`, { headers: { 'if-match': tag } })).status;
  expect([await undelete('"v1"'), await undelete('"v2"')]).toEqual([412, 200]);
});

test('a comment in a header counts where the body has none', async () => {
  const id = await savedTwice();
  const publish = async (body?: object): Promise<unknown> => {
    const headers = { comment: 'In the header' };
    const { position } = await write(server, 'POST', `/pages/${id}/publish`, { headers, body });
    return (await server.request('GET', `/changesets?after=${position - 1}`)).json.items[0]?.comment;
  };
  expect(await publish()).toBe('In the header');
  expect(await publish({ version: 1, comment: 'In the body' })).toBe('In the body');
  const headers = { ...speaks, comment: 'A first page' };
  const body = { type: 'document', content: { title: 'x' } };
  const created = await write(server, 'POST', '/pages', { headers, body });
  expect(created.json.comment).toBe('A first page');
});
