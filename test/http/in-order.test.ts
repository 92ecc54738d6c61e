import { createPage, save } from '../support/pages.js';
import { sendRaw } from '../support/raw-http.js';
import { adminSecret, useServer } from '../support/server.js';

const server = useServer();

function request(method: string, path: string, headers: readonly string[] = [], body = ''): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: x',
    `Authorization: Bearer ${adminSecret}`,
    ...headers,
    ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function put(id: string, version: number, title: string): string {
  const headers = ['Schema-Version: 1', `If-Match: "v${version}"`];
  return request('PUT', `/pages/${id}/content`, headers, JSON.stringify({ title }));
}

const last = ['Connection: close'];

/** What was answered, in order: status and body. */
async function answersTo(...requests: readonly string[]): Promise<readonly (readonly [number, string])[]> {
  const answers: [number, string][] = [];
  let rest = await sendRaw(server.port, requests.join(''));
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n') + 4;
    const length = Number(/^content-length: (\d+)\r$/im.exec(rest.slice(0, end))?.[1] ?? 0);
    answers.push([Number(rest.slice(9, 12)), rest.slice(end, end + length)]);
    rest = rest.slice(end + length);
  }
  return answers;
}

describe('Requests that are sent without waiting for answers', () => {
  it('see the writes before them, however many', async () => {
    const { id } = await createPage(server);
    for (let round = 0; round < 20; round++) {
      const version = 1 + 2 * round;
      const answers = await answersTo(
        request('GET', `/pages/${id}/content`),
        put(id, version, `${round} a`),
        request('GET', `/pages/${id}/content`),
        put(id, version + 1, `${round} b`),
        request('GET', `/pages/${id}/content`),
        request('GET', `/pages/${id}/versions?limit=1`, last),
      );
      expect(answers.map(([status]) => status)).toEqual([200, 200, 200, 200, 200, 200]);
      const before = round === 0 ? 'First' : `${round - 1} b`;
      expect([0, 2, 4].map((index) => answers[index]?.[1])).toEqual(
        [before, `${round} a`, `${round} b`].map((title) => JSON.stringify({ title })),
      );
      expect(JSON.parse(answers[5]?.[1] ?? '')).toMatchObject({ items: [{ version: version + 2 }] });
    }
  });

  it('go on behind a write that is refused, and behind a hundred reads', async () => {
    const { id } = await createPage(server);
    await save(server, id, 1, { title: 'Second' });
    const reads = Array.from({ length: 100 }, () => request('GET', `/pages/${id}/content`));
    const answers = await answersTo(
      put(id, 1, 'Late'),
      ...reads,
      put(id, 2, 'Third'),
      ...reads,
      request('GET', '/healthz', last),
    );
    expect(answers.map(([status]) => status)).toEqual([
      412,
      ...reads.map(() => 200),
      200,
      ...reads.map(() => 200),
      200,
    ]);
    expect(new Set(answers.slice(1, 101).map(([, body]) => body))).toEqual(new Set(['{"title":"Second"}']));
    expect(new Set(answers.slice(102, 202).map(([, body]) => body))).toEqual(new Set(['{"title":"Third"}']));
  });
});
