import { randomUUID } from 'node:crypto';
import { createPage, onTop, save, speaks, tokenFor, write } from '../support/pages.js';
import { useServer, type Answer } from '../support/server.js';

const server = useServer();

/** What a repeated answer has to have in common with the first: everything but what the connection adds. */
function told({ status, headers, text }: Answer): unknown {
  const own = [...headers].filter(
    ([name]) => !['date', 'connection', 'keep-alive', 'request-id'].includes(name),
  );
  return { status, headers: Object.fromEntries(own), text };
}

function keyed(key: string, version?: number): Readonly<Record<string, string>> {
  return { ...(version === undefined ? speaks : onTop(version)), 'idempotency-key': key };
}

describe('An Idempotency-Key', () => {
  it.each(['', 'x'.repeat(256)])('of a wrong length is refused', async (key) => {
    const { status, json } = await server.request('POST', '/pages', {
      headers: keyed(key),
      body: { type: 'folder', content: { title: 'x' } },
    });
    expect([status, json.code]).toEqual([400, 'malformed-request']);
  });

  it('that was used for another request is refused: another body, path, method or header', async () => {
    const { id } = await createPage(server);
    const other = await createPage(server);
    const key = randomUUID();
    await write(server, 'PUT', `/pages/${id}/content`, { headers: keyed(key, 1), body: { title: 'Second' } });
    const before = await server.position();
    const answers = [
      await server.request('PUT', `/pages/${id}/content`, {
        headers: keyed(key, 1),
        body: { title: 'Other' },
      }),
      await server.request('PUT', `/pages/${id}/content`, {
        headers: keyed(key, 1),
        body: '{ "title":"Second"}',
      }),
      await server.request('PUT', `/pages/${other.id}/content`, {
        headers: keyed(key, 1),
        body: { title: 'Second' },
      }),
      await server.request('PUT', `/pages/${id}/content`, {
        headers: keyed(key, 2),
        body: { title: 'Second' },
      }),
      await server.request('PUT', `/pages/${id}/content`, {
        headers: { ...keyed(key, 1), comment: 'why' },
        body: { title: 'Second' },
      }),
      await server.request('POST', `/pages/${id}/publish`, { headers: keyed(key) }),
    ];
    for (const { status, json } of answers)
      expect([status, json.code]).toEqual([422, 'idempotency-key-reused']);
    expect(await server.position()).toBe(before);
  });

  it('repeats the first answer to any write, whatever has happened since', async () => {
    const { id } = await createPage(server, { slug: randomUUID() });
    const writes: readonly (readonly [string, string, number | undefined, unknown])[] = [
      ['POST', '/pages', undefined, { type: 'document', content: { title: 'x' } }],
      ['PUT', `/pages/${id}/content`, 1, { title: 'Second' }],
      ['PATCH', `/pages/${id}/content`, 2, { title: 'Third' }],
      ['POST', `/pages/${id}/restore`, 3, { version: 1 }],
      ['POST', `/pages/${id}/publish`, undefined, {}],
      ['POST', `/pages/${id}/move`, 4, { slug: randomUUID() }],
      ['POST', `/pages/${id}/unpublish`, undefined, {}],
      ['DELETE', `/pages/${id}`, 4, undefined],
      ['POST', `/pages/${id}/undelete`, undefined, {}],
      ['POST', '/batch', undefined, { commands: [{ method: 'POST', path: `/pages/${id}/publish` }] }],
    ];
    const asked = writes.map(([method, path, version, body], index) => {
      const type = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
      return { method, path, sending: { headers: { ...keyed(`${id}-${index}`, version), ...type }, body } };
    });
    const first: unknown[] = [];
    for (const { method, path, sending } of asked)
      first.push(told(await write(server, method, path, sending)));
    const before = await server.position();
    const again: unknown[] = [];
    for (const { method, path, sending } of asked)
      again.push(told(await write(server, method, path, sending)));
    expect(again).toEqual(first);
    expect(await server.position()).toBe(before);

    await server.stop();
    await server.start();
    const afterRestart: unknown[] = [];
    for (const { method, path, sending } of asked)
      afterRestart.push(told(await write(server, method, path, sending)));
    expect(afterRestart).toEqual(first);
    expect(await server.position()).toBe(before);
  });

  it('keeps no refusal: the request may succeed later', async () => {
    const { id } = await createPage(server);
    const sending = { headers: keyed(randomUUID(), 2), body: { title: 'Third' } };
    expect((await server.request('PUT', `/pages/${id}/content`, sending)).status).toBe(412);
    await save(server, id, 1, { title: 'Second' });
    expect((await server.request('PUT', `/pages/${id}/content`, sending)).status).toBe(200);
  });

  it('keeps no dry run either', async () => {
    const { id } = await createPage(server);
    const sending = { headers: keyed(randomUUID(), 1), body: { title: 'Second' } };
    await write(server, 'PUT', `/pages/${id}/content?dryRun=true`, sending);
    const { json } = await write(server, 'PUT', `/pages/${id}/content`, sending);
    expect(json.contentVersion).toBe(2);
    expect((await server.request('GET', `/pages/${id}`)).json.contentVersion).toBe(2);
  });

  it('belongs to the token that sent it', async () => {
    const sending = { headers: keyed('the-same-key'), body: { type: 'document', content: { title: 'x' } } };
    const mine = await write(server, 'POST', '/pages', sending);
    const token = await tokenFor(server, 'editor');
    const theirs = await write(server, 'POST', '/pages', { ...sending, token });
    expect(theirs.json.id).not.toBe(mine.json.id);
  });

  it('gives concurrent twins one version and one answer', async () => {
    const { id } = await createPage(server);
    const before = await server.position();
    const sending = { headers: keyed(randomUUID(), 1), body: { title: 'Second' } };
    const twins = await Promise.all(
      Array.from({ length: 20 }, () => server.request('PUT', `/pages/${id}/content`, sending)),
    );
    expect(new Set(twins.map((twin) => JSON.stringify(told(twin)))).size).toBe(1);
    expect(twins[0]?.json.contentVersion).toBe(2);
    expect(await server.position()).toBe(before + 1);
  });

  it('never repeats a secret', async () => {
    const sending = { headers: { 'idempotency-key': randomUUID() }, body: { role: 'editor', name: 'once' } };
    const twins = await Promise.all([
      write(server, 'POST', '/tokens', sending),
      write(server, 'POST', '/tokens', sending),
    ]);
    const again = await write(server, 'POST', '/tokens', sending);
    expect(twins.filter(({ json }) => json.secret)).toHaveLength(1);
    expect(new Set([...twins, again].map(({ json }) => json.id)).size).toBe(1);
    expect([again.status, again.json.secret]).toEqual([201, undefined]);
  });
});
