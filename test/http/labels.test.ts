import { createPage, onTop, save, speaks, tokenFor, write } from '../support/pages.js';
import { useServer } from '../support/server.js';

const server = useServer();

async function labelsOf(id: string, query = ''): Promise<unknown> {
  const { json } = await server.request('GET', `/pages/${id}/versions${query}`);
  return json.items.map(({ version, labels }) => [version, labels]);
}

async function twoVersions(): Promise<{ id: string; path: string }> {
  const { id } = await createPage(server);
  await save(server, id, 1, { title: 'Second' });
  return { id, path: `/pages/${id}/labels` };
}

test('labels name versions in their list, now and as of then; they move, go, and come back with the page', async () => {
  const { id, path } = await twoVersions();
  await write(server, 'PUT', `${path}/final`, { body: { version: 1 } });
  await write(server, 'PUT', `${path}/caf%C3%A9%20%231`, { body: { version: 1 } });
  const then = await server.position();
  expect(await labelsOf(id)).toEqual([
    [2, []],
    [1, ['caf\u00e9 #1', 'final']],
  ]);
  await write(server, 'PUT', `${path}/final`, { body: { version: 2 } });
  const { status, text } = await server.request('DELETE', `${path}/caf%C3%A9%20%231`);
  expect([status, text]).toEqual([204, '']);
  const left = [
    [2, ['final']],
    [1, []],
  ];
  expect(await labelsOf(id)).toEqual(left);
  expect(await labelsOf(id, `?asOf=${then}`)).toEqual([
    [2, []],
    [1, ['caf\u00e9 #1', 'final']],
  ]);
  await write(server, 'DELETE', `/pages/${id}`, { headers: onTop(2) });
  await write(server, 'POST', `/pages/${id}/undelete`);
  expect(await labelsOf(id)).toEqual(left);
});

test('a dry run and a repeated label append nothing; a batch labels, too', async () => {
  const { id, path } = await twoVersions();
  const before = await server.position();
  await write(server, 'PUT', `${path}/final?dryRun=true`, { body: { version: 1 } });
  expect(await server.position()).toBe(before);
  const commands = [
    { method: 'PUT', path: `${path}/a%20b`, body: { version: 1 } },
    { method: 'PUT', path: `${path}/final`, body: { version: 2 } },
    { method: 'DELETE', path: `${path}/a%20b` },
  ];
  await write(server, 'POST', '/batch', { headers: speaks, body: { commands } });
  expect(await server.position()).toBe(before + 3);
  await write(server, 'PUT', `${path}/final`, { body: { version: 2 } });
  expect(await server.position()).toBe(before + 3);
  expect(await labelsOf(id)).toEqual([
    [2, ['final']],
    [1, []],
  ]);
});

test('what can not be a label, or a version, is refused', async () => {
  const { path } = await twoVersions();
  const render = await tokenFor(server, 'render');
  const put = async (label: string, body: unknown, token?: string) => {
    const sending = { headers: speaks, body, ...(token !== undefined && { token }) };
    const { status, json } = await server.request('PUT', `${path}/${label}`, sending);
    return [status, json.code];
  };
  expect(await put('a%2Fb', { version: 1 })).toEqual([400, 'malformed-request']);
  expect(await put('x'.repeat(256), { version: 1 })).toEqual([400, 'malformed-request']);
  expect(await put('final', { version: 3 })).toEqual([404, 'version-not-found']);
  expect(await put('final', {})).toEqual([400, 'malformed-request']);
  expect(await put('final', { version: 1, colour: 'red' })).toEqual([400, 'malformed-request']);
  expect(await put('final', { version: 1 }, render)).toEqual([403, 'forbidden']);
  const { status, json } = await server.request('DELETE', `${path}/nothing`);
  expect([status, json.code]).toEqual([404, 'not-found']);
});
