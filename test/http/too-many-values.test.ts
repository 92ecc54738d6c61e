import { blockLimit, valueLimit } from '../../src/schema/json/document-size.js';
import { createPage, onTop, speaks } from '../support/pages.js';
import { useServer } from '../support/server.js';

const server = useServer();
const merge = { 'content-type': 'application/merge-patch+json' };
const patch = { 'content-type': 'application/json-patch+json' };
const document = `{"title":"a","list":[${'[],'.repeat(valueLimit)}0]}`;
const created = `{"type":"document","content":${document}}`;
const batch = `{"commands":[{"method":"POST","path":"/pages","body":${created}}]}`;
const operation = `{"op":"test","path":"/title","value":"First"}`;
const operations = `[${`${operation},`.repeat(valueLimit / 4)}${operation}]`;

test.each([
  ['a document', 'PUT', '/content', document, {}],
  ['a document that is no JSON either', 'PUT', '/content', '[[,'.repeat(valueLimit), {}],
  ['a merge patch', 'PATCH', '/content', document, merge],
  ['a JSON patch', 'PATCH', '/content', operations, patch],
])('%s of too many values is refused, and what else is wrong with the request before', async (...attack) => {
  const [, method, end, body, headers] = attack;
  const { id } = await createPage(server);
  const ask = async (more: Readonly<Record<string, string>>): Promise<unknown> => {
    const path = `/pages/${id}${end}`;
    const { status, json } = await server.request(method, path, { headers: { ...headers, ...more }, body });
    return [status, json.code, json.limit];
  };
  expect(await ask(onTop(1))).toEqual([422, 'too-much-work', valueLimit]);
  expect(await ask(onTop(2))).toEqual([412, 'version-conflict', undefined]);
  expect(await ask(speaks)).toEqual([428, 'precondition-required', undefined]);
});

test('so is a page, and a batch', async () => {
  const ask = async (path: string, body: string): Promise<unknown> => {
    const { status, json } = await server.request('POST', path, { headers: speaks, body });
    return [status, json.code, json.limit];
  };
  expect(await ask('/pages', created)).toEqual([422, 'too-much-work', valueLimit]);
  expect(await ask('/batch', batch)).toEqual([422, 'too-much-work', valueLimit]);
});

test('and what has too many blocks', async () => {
  const content = `{"title":"a","blocks":[${'{"_type":"text"},'.repeat(blockLimit)}{"_type":"text"}]}`;
  const body = `{"type":"page","content":${content}}`;
  const inBatch = `{"commands":[{"method":"POST","path":"/pages","body":${body}}]}`;
  for (const [path, sent] of [
    ['/pages', body],
    ['/batch', inBatch],
  ] as const) {
    const { status, json } = await server.request('POST', path, { headers: speaks, body: sent });
    expect([status, json.code, json.limit]).toEqual([422, 'too-much-work', blockLimit]);
  }
});
