import { adminSecret } from '../support/server.js';
import { buildOf } from '../support/builds.js';
import { makeSite, until } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');

/** A diff of its two versions keeps a thread busy for a while. */
const document = (word: string): object => ({
  title: 'Large',
  blocks: Array.from({ length: 20_000 }, (_, i) => ({
    _id: `b${i}`,
    _type: 'text',
    markdown: `${word} ${i}`,
  })),
});

test('a large read that a hand-over interrupts is answered by the other version', async () => {
  const site = makeSite();
  const old = await site.serve(older);
  const send = async (method: string, path: string, body?: unknown, version = 1): Promise<Response> =>
    fetch(`http://127.0.0.1:${site.port}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminSecret}`,
        connection: 'close',
        'schema-version': '1',
        ...(method === 'PUT' && { 'if-match': `"v${version}"` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const created = await send('POST', '/pages', { type: 'document', content: document('one') });
  const { id } = (await created.json()) as { id: string };
  expect((await send('PUT', `/pages/${id}/content`, document('two'))).status).toBe(200);

  const path = `/pages/${id}/diff?from=1&to=2`;
  const diff = await (await send('GET', path)).text();
  let isOver = false;
  let asked = 0;
  const clients = Array.from({ length: 3 }, async () => {
    while (!isOver) {
      const answer = await send('GET', path);
      asked += 1;
      expect(answer.status).toBe(200);
      expect((await answer.text()) === diff).toBe(true);
    }
  });
  await until(() => asked > 3, 'diffs are asked for');
  site.start(newer, ['upgrade']);
  await until(async () => (await site.system()).version === '1.1.0', 'the newer version serves');
  const askedBefore = asked;
  await until(() => asked > askedBefore + 3, 'diffs are still asked for');
  isOver = true;
  await Promise.all(clients);
  expect(await old.ended).toMatchObject({ code: 0 });
});
