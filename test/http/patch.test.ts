import type { JsonValue } from '../../src/schema/json/json.js';
import { createPage, onTop } from '../support/pages.js';
import { useServer, type Answer } from '../support/server.js';

const server = useServer();

/** Patches a page whose document is `{title, doc}`. */
async function patched(
  type: 'json-patch' | 'merge-patch',
  doc: JsonValue | undefined,
  patch: unknown,
): Promise<Answer> {
  const content = { title: 'x', ...(doc !== undefined && { doc }) };
  const { id } = await createPage(server, { content });
  const before = await server.position();
  const headers = { ...onTop(1), 'content-type': `application/${type}+json` };
  const answer = await server.request('PATCH', `/pages/${id}/content`, {
    headers,
    body: typeof patch === 'string' ? patch : JSON.stringify(patch),
  });
  const read = await server.request('GET', `/pages/${id}/content`);
  if (answer.status === 200) {
    expect(JSON.parse(read.text)).toEqual(answer.json.content);
  } else {
    expect(JSON.parse(read.text)).toEqual(content);
    expect(await server.position()).toBe(before);
  }
  return answer;
}

describe('A JSON Patch (RFC 6902) is refused', () => {
  it.each<[string, JsonValue, unknown, number, string]>([
    [
      'A.9: a test that fails',
      { baz: 'qux' },
      [{ op: 'test', path: '/doc/baz', value: 'bar' }],
      409,
      'patch-test-failed',
    ],
    [
      'A.12: an addition where there is no parent',
      { foo: 'bar' },
      [{ op: 'add', path: '/doc/baz/bat', value: 'qux' }],
      422,
      'patch-invalid',
    ],
    [
      'A.13: an operation said twice',
      { foo: 'bar' },
      '[{"op":"add","path":"/doc/baz","value":"qux","op":"remove"}]',
      422,
      'duplicate-key',
    ],
    [
      'A.14: by a test of "~01" for "/~1"',
      { '/': 9, '~1': 10 },
      [{ op: 'test', path: '/doc/~01', value: 9 }],
      409,
      'patch-test-failed',
    ],
    [
      'A.15: a test of a number against a string',
      { '/': 9, '~1': 10 },
      [{ op: 'test', path: '/doc/~01', value: '10' }],
      409,
      'patch-test-failed',
    ],
    ['a removal of what is not there', { a: 1 }, [{ op: 'remove', path: '/doc/b' }], 422, 'patch-invalid'],
    [
      'a replacement of what is not there',
      { a: 1 },
      [{ op: 'replace', path: '/doc/b', value: 1 }],
      422,
      'patch-invalid',
    ],
    [
      'a test of what is not there',
      { a: 1 },
      [{ op: 'test', path: '/doc/b', value: null }],
      409,
      'patch-test-failed',
    ],
    [
      'a test of an inherited member',
      {},
      [{ op: 'test', path: '/constructor', value: null }],
      409,
      'patch-test-failed',
    ],
    [
      'a move from where nothing is',
      { a: 1 },
      [{ op: 'move', from: '/doc/b', path: '/doc/c' }],
      422,
      'patch-invalid',
    ],
    [
      'a copy from where nothing is',
      { a: 1 },
      [{ op: 'copy', from: '/doc/b', path: '/doc/c' }],
      422,
      'patch-invalid',
    ],
    [
      'a move into itself',
      { a: {} },
      [{ op: 'move', from: '/doc/a', path: '/doc/a/b' }],
      422,
      'patch-invalid',
    ],
    ['an index past the end', [1], [{ op: 'add', path: '/doc/2', value: 2 }], 422, 'patch-invalid'],
    [
      'an index with leading zeros',
      [1, 2],
      [{ op: 'replace', path: '/doc/01', value: 2 }],
      422,
      'patch-invalid',
    ],
    ['an inherited member', {}, [{ op: 'remove', path: '/doc/toString' }], 422, 'patch-invalid'],
    [
      'the prototype',
      {},
      [{ op: 'add', path: '/doc/__proto__/polluted', value: true }],
      422,
      'patch-invalid',
    ],
    ['an operation nobody knows', {}, [{ op: 'merge', path: '/doc/a', value: 1 }], 400, 'malformed-request'],
    ['an operation without a value', {}, [{ op: 'add', path: '/doc/a' }], 400, 'malformed-request'],
    ['a path that is no pointer', {}, [{ op: 'add', path: 'doc/a', value: 1 }], 400, 'malformed-request'],
    ['a path with a wrong escape', {}, [{ op: 'add', path: '/doc/~2', value: 1 }], 400, 'malformed-request'],
    ['what is no array', {}, { op: 'add', path: '/doc/a', value: 1 }, 400, 'malformed-request'],
    ['an operation without a path', {}, [{ op: 'remove' }], 400, 'malformed-request'],
    ['a move from nowhere', {}, [{ op: 'move', path: '/doc/a' }], 400, 'malformed-request'],
    ['an operation that is no object', {}, ['remove'], 400, 'malformed-request'],
    ['what is no JSON', {}, '[', 400, 'malformed-request'],
    ['a removal of the whole document', {}, [{ op: 'remove', path: '' }], 422, 'content-invalid'],
    ['a document that is no object', {}, [{ op: 'replace', path: '', value: [] }], 422, 'content-invalid'],
    ['a result that does not fit its type', {}, [{ op: 'remove', path: '/title' }], 422, 'content-invalid'],
    [
      'a result with two blocks of one _id',
      { a: { _id: '1' } },
      [{ op: 'copy', from: '/doc/a', path: '/doc/b' }],
      422,
      'duplicate-block-id',
    ],
    [
      'a number that is not exact',
      {},
      '[{"op":"add","path":"/doc/a","value":1e400}]',
      422,
      'number-not-exact',
    ],
    [
      'the last of two operations, and with it the first',
      { a: 1 },
      [
        { op: 'add', path: '/doc/b', value: 1 },
        { op: 'remove', path: '/doc/c' },
      ],
      422,
      'patch-invalid',
    ],
  ])('%s', async (_name, doc, patch, status, code) => {
    const answer = await patched('json-patch', doc, patch);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  it('and the refusal names the operation', async () => {
    const operations = [
      { op: 'add', path: '/doc/b', value: 1 },
      { op: 'test', path: '/doc/a', value: 2 },
    ];
    const { json } = await patched('json-patch', { a: 1 }, operations);
    expect(json).toMatchObject({ code: 'patch-test-failed', operation: 1, pointer: '/doc/a' });
  });
});

describe('A JSON Patch is applied (RFC 6902 appendix A, one level down)', () => {
  it.each<[string, JsonValue, unknown, JsonValue]>([
    [
      'A.1 adding an object member',
      { foo: 'bar' },
      [{ op: 'add', path: '/doc/baz', value: 'qux' }],
      { baz: 'qux', foo: 'bar' },
    ],
    [
      'A.2 adding an array element',
      { foo: ['bar', 'baz'] },
      [{ op: 'add', path: '/doc/foo/1', value: 'qux' }],
      { foo: ['bar', 'qux', 'baz'] },
    ],
    [
      'A.3 removing an object member',
      { baz: 'qux', foo: 'bar' },
      [{ op: 'remove', path: '/doc/baz' }],
      { foo: 'bar' },
    ],
    [
      'A.4 removing an array element',
      { foo: ['bar', 'qux', 'baz'] },
      [{ op: 'remove', path: '/doc/foo/1' }],
      { foo: ['bar', 'baz'] },
    ],
    [
      'A.5 replacing a value',
      { baz: 'qux', foo: 'bar' },
      [{ op: 'replace', path: '/doc/baz', value: 'boo' }],
      { baz: 'boo', foo: 'bar' },
    ],
    [
      'A.6 moving a value',
      { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
      [{ op: 'move', from: '/doc/foo/waldo', path: '/doc/qux/thud' }],
      { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
    ],
    [
      'A.7 moving an array element',
      { foo: ['all', 'grass', 'cows', 'eat'] },
      [{ op: 'move', from: '/doc/foo/1', path: '/doc/foo/3' }],
      { foo: ['all', 'cows', 'eat', 'grass'] },
    ],
    [
      'A.8 testing a value: success',
      { baz: 'qux', foo: ['a', 2, 'c'] },
      [
        { op: 'test', path: '/doc/baz', value: 'qux' },
        { op: 'test', path: '/doc/foo/1', value: 2 },
      ],
      { baz: 'qux', foo: ['a', 2, 'c'] },
    ],
    [
      'A.10 adding a nested member object',
      { foo: 'bar' },
      [{ op: 'add', path: '/doc/child', value: { grandchild: {} } }],
      { foo: 'bar', child: { grandchild: {} } },
    ],
    [
      'A.11 ignoring unrecognized elements',
      { foo: 'bar' },
      [{ op: 'add', path: '/doc/baz', value: 'qux', xyz: 123 }],
      { foo: 'bar', baz: 'qux' },
    ],
    [
      'A.14 ~ escape ordering',
      { '/': 9, '~1': 10 },
      [{ op: 'test', path: '/doc/~01', value: 10 }],
      { '/': 9, '~1': 10 },
    ],
    [
      'A.16 adding an array value',
      { foo: ['bar'] },
      [{ op: 'add', path: '/doc/foo/-', value: ['abc', 'def'] }],
      { foo: ['bar', ['abc', 'def']] },
    ],
    [
      'a copy',
      { a: [1] },
      [
        { op: 'copy', from: '/doc/a', path: '/doc/b' },
        { op: 'add', path: '/doc/b/-', value: 2 },
      ],
      { a: [1], b: [1, 2] },
    ],
    ['a move onto itself', { a: 1 }, [{ op: 'move', from: '/doc/a', path: '/doc/a' }], { a: 1 }],
    ['an addition over what is there', { a: 1 }, [{ op: 'add', path: '/doc/a', value: null }], { a: null }],
    [
      'a test of a whole object, whatever the order of its keys',
      { a: 1, b: [{}] },
      [{ op: 'test', path: '/doc', value: { b: [{}], a: 1.0 } }],
      { a: 1, b: [{}] },
    ],
    [
      'a replacement of the whole document',
      {},
      [{ op: 'replace', path: '', value: { title: 'x', doc: 7 } }],
      7,
    ],
    ['no operation', { a: 1 }, [], { a: 1 }],
    [
      'a member named __proto__',
      {},
      '[{"op":"add","path":"/doc/__proto__","value":1}]',
      JSON.parse('{"__proto__":1}') as JsonValue,
    ],
  ])('%s', async (_name, doc, patch, result) => {
    const { status, json } = await patched('json-patch', doc, patch);
    expect(status).toBe(200);
    expect(json.content).toEqual({ title: 'x', doc: result });
    expect(JSON.stringify((json.content as { doc: JsonValue }).doc).length).toBe(
      JSON.stringify(result).length,
    );
  });

  it('and one that changes nothing makes no version', async () => {
    const { json } = await patched('json-patch', { a: 1 }, [{ op: 'test', path: '/doc/a', value: 1 }]);
    expect(json.contentVersion).toBe(1);
  });
});

describe('A JSON Merge Patch (RFC 7396)', () => {
  it.each<[JsonValue, JsonValue, JsonValue | undefined]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, undefined],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('makes of %j with %j, one level down: %j (appendix A)', async (doc, patch, result) => {
    const { status, json } = await patched('merge-patch', doc, { doc: patch });
    expect(status).toBe(200);
    expect(json.content).toEqual({ title: 'x', ...(result !== undefined && { doc: result }) });
  });

  it.each<[string, unknown, number, string]>([
    ['an array', [], 422, 'content-invalid'],
    ['null', 'null', 422, 'content-invalid'],
    ['one that takes away what the type requires', { title: null }, 422, 'content-invalid'],
    ['a duplicate key', '{"a":1,"a":2}', 422, 'duplicate-key'],
    ['half a patch', '{"a"', 400, 'malformed-request'],
  ])('is refused when it is %s', async (_name, patch, status, code) => {
    const answer = await patched('merge-patch', {}, patch);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  it('is told from a JSON Patch by its type, and no other type is a patch', async () => {
    const { id } = await createPage(server);
    for (const type of ['application/json', 'application/json-patch', 'text/plain']) {
      const headers = { ...onTop(1), 'content-type': type };
      const answer = await server.request('PATCH', `/pages/${id}/content`, { headers, body: '{}' });
      expect([answer.status, answer.json.code]).toEqual([415, 'unsupported-media-type']);
      expect(answer.headers.get('accept-patch')).toBe(
        'application/json-patch+json, application/merge-patch+json',
      );
    }
  });
});
