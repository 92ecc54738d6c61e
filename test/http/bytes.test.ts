import { createPage, onTop, speaks } from '../support/pages.js';
import { declareLarge, sendAndCut, sendRaw, sendThenRead } from '../support/raw-http.js';
import { adminSecret, useServer } from '../support/server.js';

const server = useServer();

const nested = (levels: number): string =>
  `{"title":"x","deep":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
const bytes = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

describe('A document is read back as it was sent, byte for byte', () => {
  it.each<[string, string | (() => string)]>([
    ['numbers as they are written', '{"title":"x","n":[1.0,1e2,1E+2,0.10,-0,-0.0,100e-2,1e23,0.1]}'],
    ['escapes as they are written', '{"title":"\\u00e9\\/\\"\\ud83d\\ude00é","a":"\\u0000\\b"}'],
    ['half a surrogate pair', '{"title":"\\ud800"}'],
    ['the order of keys', '{"z":1,"10":2,"a":3,"2":4,"title":"x","1":5}'],
    ['white space and line breaks', ' \r\n{\t"title" : "x" ,\n\n"a":[ ]}\n \n'],
    ['__proto__ as a key', '{"title":"x","__proto__":{"polluted":true},"a":{"__proto__":null}}'],
    [
      'constructor as a key',
      '{"title":"x","constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":false}',
    ],
    ['the empty key', '{"title":"x","":{"":""}}'],
    ['line and paragraph separators', '{"title":"\u2028\u2029\u0085\u00a0\ufeff"}'],
    ['characters outside the basic plane', '{"title":"😀👩‍👩‍👧𠮷","😀":"é"}'],
    ['the deepest nesting there may be', nested(64)],
    ['a megabyte of text', () => `{"title":"${'ä'.repeat(500_000)}"}`],
    [
      '20,000 members',
      () => `{"title":"x",${Array.from({ length: 20_000 }, (_, n) => `"k${n}":${n}`).join(',')}}`,
    ],
  ])('%s', async (_name, given) => {
    const text = typeof given === 'string' ? given : given();
    const { id } = await createPage(server);
    const saved = await server.request('PUT', `/pages/${id}/content`, { headers: onTop(1), body: text });
    expect([saved.status, saved.json.contentVersion]).toEqual([200, 2]);
    for (const path of ['content', 'content?version=2']) {
      const read = await server.request('GET', `/pages/${id}/${path}`);
      expect(read.text).toBe(text);
    }
    expect((await server.request('GET', `/pages/${id}`)).text).toContain(`"content":${text}`);
    expect((await server.request('GET', `/pages/${id}/versions/2`)).text).toContain(`"content":${text}`);
    expect((await server.request('GET', `/events?page=${id}&type=PageSaved`)).text).toContain(
      `"content":${text}`,
    );
    expect((await server.request('GET', `/pages/${id}/versions`)).json.items[0]?.bytes).toBe(
      Buffer.byteLength(text),
    );
  });

  it('and so it is at a schema version that says more of its fields and changes nothing', async () => {
    const { id } = await createPage(server);
    const text = '{ "title":"caf\\u00e9", "n":1.0, "body":"[a](b.md)" }';
    const as = (version: number) => ({ 'schema-version': String(version) });
    await server.request('PUT', `/pages/${id}/content`, { headers: { ...onTop(1), ...as(5) }, body: text });
    for (const version of [5, 6])
      expect((await server.request('GET', `/pages/${id}/content`, { headers: as(version) })).text).toBe(text);
  });

  it('and a restored version has the bytes of the old one', async () => {
    const { id } = await createPage(server);
    const text = '{ "title":"caf\\u00e9", "n":1.0 }';
    await server.request('PUT', `/pages/${id}/content`, { headers: onTop(1), body: text });
    await server.request('PUT', `/pages/${id}/content`, { headers: onTop(2), body: '{"title":"x"}' });
    await server.request('POST', `/pages/${id}/restore`, { headers: onTop(3), body: { version: 2 } });
    expect((await server.request('GET', `/pages/${id}/content`)).text).toBe(text);
  });
});

describe('A body that can not be kept is refused, and nothing is appended', () => {
  /** Big ones are made when their turn comes: the names of tests are formatted from all there is. */
  type Bad = string | Buffer | (() => string);
  const json = { 'content-type': 'application/json' };
  const refusals: readonly (readonly [
    name: string,
    status: number,
    code: string,
    body: Bad,
    headers?: Record<string, string>,
  ])[] = [
    ['a duplicate key', 422, 'duplicate-key', '{"title":"a","title":"b"}'],
    ['a duplicate key written in two ways', 422, 'duplicate-key', '{"title":"a","t\\u0069tle":"b"}'],
    ['a duplicate key deep inside', 422, 'duplicate-key', '{"title":"a","x":[{"y":1,"y":1}]}'],
    ['a duplicate __proto__', 422, 'duplicate-key', '{"title":"a","__proto__":1,"__proto__":2}'],
    ['2^53 + 1', 422, 'number-not-exact', '{"title":"a","n":9007199254740993}'],
    ['1e400', 422, 'number-not-exact', '{"title":"a","n":1e400}'],
    ['1e-400', 422, 'number-not-exact', '{"title":"a","n":1e-400}'],
    ['too many digits', 422, 'number-not-exact', '{"title":"a","n":0.1000000000000000055511151231257827}'],
    ['two objects of one _id', 422, 'duplicate-block-id', '{"title":"a","x":{"_id":"1"},"y":[{"_id":"1"}]}'],
    ['one level too many', 422, 'content-invalid', nested(65)],
    ['100 levels too many', 422, 'content-invalid', nested(164)],
    ['a million levels', 422, 'content-invalid', () => nested(1_000_000)],
    ['an array', 422, 'content-invalid', '[]'],
    ['a string', 422, 'content-invalid', '"x"'],
    ['null', 422, 'content-invalid', 'null'],
    ['what its type does not allow', 422, 'content-invalid', '{"title":1}'],
    ['a missing title', 422, 'content-invalid', '{}'],
    ['nothing at all', 400, 'malformed-request', '', json],
    ['white space', 400, 'malformed-request', ' \n '],
    ['half a body', 400, 'malformed-request', '{"title":"x","bo'],
    ['two documents', 400, 'malformed-request', '{"title":"x"}{}'],
    ['a comment', 400, 'malformed-request', '{"title":"x"/**/}'],
    ['a trailing comma', 400, 'malformed-request', '{"title":"x",}'],
    ['NaN', 400, 'malformed-request', '{"title":"x","n":NaN}'],
    ['a bare line break in a string', 400, 'malformed-request', '{"title":"a\nb"}'],
    ['a NUL byte', 400, 'malformed-request', bytes('{"title":"', [0], '"}')],
    ['UTF-8 that is none', 400, 'malformed-request', bytes('{"title":"', [0xff], '"}')],
    ['overlong UTF-8', 400, 'malformed-request', bytes('{"title":"', [0xc0, 0xaf], '"}')],
    ['a surrogate as UTF-8', 400, 'malformed-request', bytes('{"title":"', [0xed, 0xa0, 0x80], '"}')],
    ['UTF-16', 400, 'malformed-request', Buffer.from('{"title":"x"}', 'utf16le')],
    ['a byte order mark', 400, 'malformed-request', '\ufeff{"title":"x"}'],
    ['text', 415, 'unsupported-media-type', '{"title":"x"}', { 'content-type': 'text/plain' }],
    [
      'a patch',
      415,
      'unsupported-media-type',
      '{"title":"x"}',
      { 'content-type': 'application/merge-patch+json' },
    ],
    [
      'a form',
      415,
      'unsupported-media-type',
      'title=x',
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['nonsense for a type', 415, 'unsupported-media-type', '{"title":"x"}', { 'content-type': 'json' }],
    ['gzip', 415, 'unsupported-media-type', '{"title":"x"}', { 'content-encoding': 'gzip' }],
  ];

  it.each(['identity', 'Identity', '', 'identity, identity'])(
    'but not Content-Encoding: %s, which is none',
    async (coding) => {
      const { id } = await createPage(server);
      const headers = { ...onTop(1), 'content-encoding': coding };
      const { status } = await server.request('PUT', `/pages/${id}/content`, {
        headers,
        body: '{"title":"x"}',
      });
      expect(status).toBe(200);
    },
  );

  it.each(['gzip', 'br', 'zstd', 'deflate', 'identity, gzip', 'x', 'UTF-8'])(
    'Content-Encoding: %s, with what would do',
    async (coding) => {
      const { id } = await createPage(server);
      for (const [method, path, type] of [
        ['PUT', `/pages/${id}/content`, 'application/json'],
        ['PATCH', `/pages/${id}/content`, 'application/merge-patch+json'],
        ['POST', '/pages', 'application/json'],
        ['POST', '/batch', 'application/json'],
        ['POST', `/pages/${id}/publish`, 'application/json'],
      ] as const) {
        const headers = { ...onTop(1), 'content-type': type, 'content-encoding': coding };
        const answer = await server.request(method, path, { headers, body: '{}' });
        expect([answer.status, answer.json.code]).toEqual([415, 'unsupported-media-type']);
        expect(answer.json.detail).toMatch(
          /^the Content-Encoding \S+ is not read here: send the body as it is$/,
        );
        expect(answer.headers.get('accept-encoding')).toBe('identity');
      }
      const headers = { ...onTop(1), 'content-type': 'text/plain' };
      const typed = await server.request('PUT', `/pages/${id}/content`, { headers, body: '{}' });
      expect([typed.status, typed.headers.get('accept-encoding')]).toEqual([415, null]);
    },
  );

  // Every row has to be as long as the function takes arguments, or the last one is taken for `done`.
  const rows = refusals.map(
    ([name, status, code, body, headers = {}]) => [name, status, code, body, headers] as const,
  );

  it.each(rows)('%s: %i %s', async (_name, status, code, given, headers) => {
    const body = typeof given === 'function' ? given() : given;
    const { id } = await createPage(server);
    const before = await server.position();
    const answer = await server.request('PUT', `/pages/${id}/content`, {
      headers: { ...onTop(1), ...json, ...headers },
      body,
    });
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await server.position()).toBe(before);
    expect((await server.request('GET', `/pages/${id}/content`)).text).toBe('{"title":"First"}');
  });

  it.each(rows.filter(([, status]) => status === 422))(
    '%s, as the content of a new page: %i %s',
    async (_name, status, code, given) => {
      const made = typeof given === 'function' ? given() : given;
      const content = typeof made === 'string' ? made : made.toString();
      const before = await server.position();
      const answer = await server.request('POST', '/pages', {
        headers: speaks,
        body: `{"type":"document","content":${content}}`,
      });
      expect([answer.status, answer.json.code]).toEqual([status, code]);
      expect(await server.position()).toBe(before);
    },
  );

  it('20 MB: 413 too-large', async () => {
    const { id } = await createPage(server);
    const before = await server.position();
    const answer = await declareLarge(server.port, 'PUT', `/pages/${id}/content`, { headers: onTop(1) });
    expect([answer.status, answer.json.code]).toEqual([413, 'too-large']);
    expect(await server.position()).toBe(before);
  });

  it.each([
    ['too much', 413, `Bearer ${adminSecret}`],
    ['from a stranger', 401, 'Bearer stranger'],
  ])(
    '20 MB, %s, from a client that sends it all before it reads: %d',
    async (_what, status, authorization) => {
      const before = await server.position();
      const body = Buffer.alloc(20_000_000, 'a');
      const head = `POST /pages HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\n`;
      const declared = await sendThenRead(server.port, `${head}Content-Length: ${body.length}\r\n\r\n`, body);
      expect(declared).toMatch(new RegExp(`^HTTP/1.1 ${status} .*"code":`, 's'));
      const length = body.length.toString(16);
      const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n${length}\r\n`;
      expect(await sendThenRead(server.port, chunked, body, '\r\n0\r\n\r\n')).toMatch(
        new RegExp(`^HTTP/1.1 ${status} .*"code":`, 's'),
      );
      expect(await server.position()).toBe(before);
    },
  );

  it('without a type: 415', async () => {
    const { id } = await createPage(server);
    const body = '{"title":"x"}';
    const head = ['PUT', `/pages/${id}/content`].join(' ');
    const answer = await sendRaw(
      server.port,
      `${head} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminSecret}\r\nSchema-Version: 1\r\nIf-Match: "v1"\r\n` +
        `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 415 /);
  });

  it('whose connection is cut in the middle', async () => {
    const { id } = await createPage(server);
    const before = await server.position();
    const head =
      `PUT /pages/${id}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminSecret}\r\nSchema-Version: 1\r\n` +
      `If-Match: "v1"\r\nContent-Type: application/json\r\n`;
    await sendAndCut(server.port, `${head}Content-Length: 100\r\n\r\n{"title":"whole"}`);
    await sendAndCut(server.port, `${head}Transfer-Encoding: chunked\r\n\r\n11\r\n{"title":"whole"}\r\n`);
    const { json } = await server.request('GET', `/pages/${id}`);
    expect(json).toMatchObject({ contentVersion: 1, content: { title: 'First' } });
    expect(await server.position()).toBe(before);
  });

  it('and no prototype is polluted on the way', async () => {
    const hostile = {
      headers: speaks,
      body: '{"__proto__":{"role":"admin"},"type":"document","content":{"title":"x"}}',
    };
    expect((await server.request('POST', '/pages', hostile)).status).toBe(400);
    const query = await server.request(
      'GET',
      '/pages?__proto__[type]=folder&__proto__.limit=1&constructor=1',
    );
    expect(query.status).toBe(400);
    const { id } = await createPage(server);
    const patch = { ...onTop(1), 'content-type': 'application/merge-patch+json' };
    const body = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    const merged = await server.request('PATCH', `/pages/${id}/content`, { headers: patch, body });
    expect(merged.text).toContain('"__proto__":{"polluted":true}');
    const { text } = await server.request('GET', '/system');
    expect(text).not.toContain('polluted');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
