import { createPage } from '../support/pages.js';
import { useServer, type Sending } from '../support/server.js';

const server = useServer();
/** Not the current one, which is what is told if nobody listens. */
const spoken = 2;
const speaks = { 'schema-version': String(spoken) };
const onTop = { ...speaks, 'if-match': '"v1"' };

const nested = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
const list = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const patch = (form: string, body: string): Sending => ({
  headers: { ...onTop, 'content-type': `application/${form}+json` },
  body,
});
const batch = (item: string): Sending => ({ headers: speaks, body: `{"commands":[${item}]}` });
const create = (content: string): string => `{"type":"document","content":${content}}`;
const item = (method: string, path: string, body: string): string =>
  `{"method":"${method}","path":"${path}","headers":{"If-Match":"\\"v1\\""},"body":${body}}`;

describe('What can not be content is refused with the schema version that the client speaks', () => {
  it.each<[name: string, method: string, path: string, sending: Sending]>([
    ['an array in POST', 'POST', '/pages', { headers: speaks, body: create('[]') }],
    ['an unfit member in POST', 'POST', '/pages', { headers: speaks, body: create('{"title":7}') }],
    ['what is too deep in POST', 'POST', '/pages', { headers: speaks, body: create(nested(65)) }],
    ['an array in PUT', 'PUT', '/pages/ID/content', { headers: onTop, body: '[]' }],
    ['what is too deep in PUT', 'PUT', '/pages/ID/content', { headers: onTop, body: nested(65) }],
    ['an array as a merge patch', 'PATCH', '/pages/ID/content', patch('merge-patch', '[]')],
    ['null as a merge patch', 'PATCH', '/pages/ID/content', patch('merge-patch', 'null')],
    ['text as a merge patch', 'PATCH', '/pages/ID/content', patch('merge-patch', '"x"')],
    ['a merge patch that nests too deep', 'PATCH', '/pages/ID/content', patch('merge-patch', nested(65))],
    ['a merge patch that is far too deep', 'PATCH', '/pages/ID/content', patch('merge-patch', nested(200))],
    [
      'a removal of the whole document',
      'PATCH',
      '/pages/ID/content',
      patch('json-patch', '[{"op":"remove","path":""}]'),
    ],
    [
      'an addition that nests too deep',
      'PATCH',
      '/pages/ID/content',
      patch('json-patch', `[{"op":"add","path":"/a","value":${nested(64)}}]`),
    ],
    [
      'an addition that is a million levels deep, before it says what it is',
      'PATCH',
      '/pages/ID/content',
      patch('json-patch', `[{"value":${nested(1_000_000)},"op":"add","path":"/a"}]`),
    ],
    [
      'what is a million levels deep in PUT',
      'PUT',
      '/pages/ID/content',
      { headers: onTop, body: nested(1e6) },
    ],
    [
      'what is a million levels deep in POST',
      'POST',
      '/pages',
      { headers: speaks, body: create(nested(1e6)) },
    ],
    [
      'an array that is a million levels deep',
      'PUT',
      '/pages/ID/content',
      { headers: onTop, body: list(1e6) },
    ],
    ['what is a million levels deep in a batch', 'POST', '/batch', batch(item('POST', '/pages', list(1e6)))],
    ['an array in a batch', 'POST', '/batch', batch(item('POST', '/pages', create('[]')))],
    ['what is too deep in a batch', 'POST', '/batch', batch(item('POST', '/pages', create(nested(65))))],
    ['what is far too deep in a batch', 'POST', '/batch', batch(item('POST', '/pages', create(nested(200))))],
    ['PUT in a batch', 'POST', '/batch', batch(item('PUT', '/pages/ID/content', '[]'))],
    ['PATCH in a batch', 'POST', '/batch', batch(item('PATCH', '/pages/ID/content', 'null'))],
  ])('%s', async (_name, method, path, sending) => {
    const { id } = await createPage(server);
    const body = String(sending.body).replaceAll('ID', id);
    const { status, json } = await server.request(method, path.replace('ID', id), { ...sending, body });
    expect([status, json.code, json['schemaVersion']]).toEqual([422, 'content-invalid', spoken]);
    expect(json['errors']).toHaveLength(1);
  });
});
