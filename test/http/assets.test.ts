import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { bytesOf, gif, png, sendFile, sha256Of, svg, upload } from '../support/assets.js';
import { onTop, speaks, write } from '../support/pages.js';
import { useServer } from '../support/server.js';

const server = useServer();

const fileIn = (sha256: string): string =>
  join(server.directory, 'content', sha256.slice(0, 2), sha256.slice(2, 4), sha256.slice(4));

const arriving = (): readonly string[] => {
  const path = join(server.directory, 'content', 'incoming');
  return existsSync(path) ? readdirSync(path) : [];
};

afterEach(() => {
  expect(arriving()).toEqual([]);
});

/** A form with fields and files in that order. */
function form(...parts: readonly (readonly [name: string, value: string | Buffer, filename?: string])[]) {
  const boundary = 'a-boundary-that-is-in-no-file';
  const body = Buffer.concat([
    ...parts.flatMap(([name, value, filename]) => [
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n\r\n`,
      ),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}

describe('A file that is uploaded', () => {
  it('is an asset with what is known of it, and lies under its hash', async () => {
    const bytes = bytesOf(300_000);
    const answer = await sendFile(server, bytes, '?name=report.bin');
    const { json } = answer;
    expect([answer.status, answer.location]).toEqual([201, `/assets/${json.id}`]);
    expect(json).toMatchObject({
      name: 'report.bin',
      type: 'application/octet-stream',
      bytes: bytes.length,
      sha256: sha256Of(bytes),
      contentVersion: 1,
      content: {},
    });
    expect(readFileSync(fileIn(sha256Of(bytes))).equals(bytes)).toBe(true);
    expect(arriving()).toEqual([]);
    const found = await server.request('GET', `/assets/${json.id}`);
    expect(found.json).toMatchObject({ id: json.id, name: 'report.bin', sha256: sha256Of(bytes) });
    const file = await server.request('GET', `/assets/${json.id}/file`);
    expect([file.status, file.bytes.equals(bytes)]).toEqual([200, true]);
  });

  it('has the type that its bytes say, whatever it is called and said to be', async () => {
    const html = '<!doctype html><title>a page</title>';
    const files: readonly (readonly [Buffer | string, string, string])[] = [
      [png, 'image/png', 'inline'],
      [gif, 'image/gif', 'inline'],
      [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj', 'latin1'), 'application/pdf', 'inline'],
      [svg, 'image/svg+xml', 'attachment'],
      ['<svg onload="alert(1)"/>', 'image/svg+xml', 'attachment'],
      [html, 'text/html', 'attachment'],
      ['﻿  <!-- a comment --><script>alert(1)</script>', 'text/html', 'attachment'],
      ['<?xml version="1.0"?><feed/>', 'application/xml', 'attachment'],
      ['name;age\nAnna;7\n', 'text/plain', 'attachment'],
      [Buffer.from([0, 1, 2, 3]), 'application/octet-stream', 'attachment'],
    ];
    for (const [bytes, type, shown] of files) {
      const { json } = await sendFile(server, bytes, '?name=x.png', {
        headers: { 'content-type': 'image/png' },
      });
      const { headers } = await server.request('GET', `/assets/${json.id}/file`);
      expect([json['type'], headers.get('content-disposition')]).toEqual([
        type,
        `${shown}; filename="x.png"`,
      ]);
      expect(headers.get('content-type')?.split(';')[0]).toBe(type);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')?.includes('sandbox')).toBe(type !== 'application/pdf');
    }
  });

  it('may come in a form, with fields on either side of it', async () => {
    const { body, headers } = form(
      ['comment', 'from a form'],
      ['file', png, 'C:\\pictures\\dot.png'],
      ['content', '{"alt":"A dot"}'],
    );
    const { status, json } = await server.request('POST', '/assets', {
      body,
      headers: { ...headers, ...speaks },
    });
    expect([status, json]).toEqual([
      201,
      expect.objectContaining({
        name: 'dot.png',
        type: 'image/png',
        comment: 'from a form',
        content: { alt: 'A dot' },
      }),
    ]);
  });

  it('is refused in a form that is not as it should be, and nothing is left of it', async () => {
    const forms = {
      'no file': form(['name', 'x']),
      'two files': form(['a', png, 'a.png'], ['b', gif, 'b.gif']),
      'a field twice': form(['name', 'x'], ['name', 'y'], ['file', png, 'a.png']),
      'an unknown field': form(['colour', 'red'], ['file', png, 'a.png']),
      'an empty file': form(['file', '', 'a.png']),
      'no end': { ...form(['file', png, 'a.png']), body: form(['file', png, 'a.png']).body.subarray(0, 90) },
      'no boundary': { body: Buffer.from('x'), headers: { 'content-type': 'multipart/form-data' } },
    };
    for (const [what, sending] of Object.entries(forms)) {
      const { status, json } = await server.request('POST', '/assets', sending);
      expect([what, status, json.code]).toEqual([what, 400, 'malformed-request']);
    }
    const invalid = form(['file', png, 'a.png'], ['content', '{"alt":7}']);
    const refused = await server.request('POST', '/assets', {
      ...invalid,
      headers: { ...invalid.headers, ...speaks },
    });
    expect([refused.status, refused.json.code]).toEqual([422, 'content-invalid']);
    const silent = form(['file', png, 'a.png'], ['content', '{}']);
    const without = await server.request('POST', '/assets', silent);
    expect([without.status, without.json.code]).toEqual([428, 'precondition-required']);
    expect(arriving()).toEqual([]);
  });

  it('is kept only if its digest is the one that its client says', async () => {
    const bytes = bytesOf(1000);
    const [right, wrong] = [bytes, bytesOf(10)].map((one) =>
      createHash('sha256').update(one).digest('base64'),
    );
    const long = createHash('sha512').update(bytes).digest('base64');
    for (const name of ['content-digest', 'repr-digest']) {
      const send = (value: string) => sendFile(server, bytes, '?name=d', { headers: { [name]: value } });
      const refused = await send(`sha-256=:${wrong}:`);
      expect([refused.status, refused.json.code]).toEqual([422, 'digest-mismatch']);
      expect([(await send('sha-256=x')).status, (await send(`sha-512=:${wrong}:`)).status]).toEqual([
        400, 422,
      ]);
      expect(existsSync(fileIn(sha256Of(bytes)))).toBe(false);
    }
    expect(arriving()).toEqual([]);
    const kept = await sendFile(server, bytes, '?name=d', {
      headers: { 'repr-digest': `md5=:AAAA:, sha-256=:${right}:, sha-512=:${long}:` },
    });
    expect(kept.status).toBe(201);
    const { headers } = await server.request('GET', `/assets/${kept.json.id}/file`);
    expect(headers.get('repr-digest')).toBe(`sha-256=:${right}:`);
  });

  it('is not taken in a coding, which nothing would say of it', async () => {
    const before = arriving();
    const headers = { 'content-encoding': 'gzip' };
    const { status, json } = await sendFile(server, bytesOf(100), '?name=x', { headers });
    expect([status, json.code]).toEqual([415, 'unsupported-media-type']);
    expect(arriving()).toEqual(before);
  });

  it('has a name that is a name', async () => {
    const named = async (name: string) => {
      const { status, json } = await sendFile(server, png, `?name=${encodeURIComponent(name)}`);
      return status === 201 ? json['name'] : status;
    };
    expect(await named('a/b/../c.png')).toBe('c.png');
    expect(await named('..')).toBe('..');
    expect(await named('Übersicht 日本 مرحبا.png')).toBe('Übersicht 日本 مرحبا.png');
    expect(await named('x'.repeat(255))).toBe('x'.repeat(255));
    for (const bad of ['a\0b', 'a\nb', 'photo\u202egnp.exe', 'x'.repeat(256), 'x'.repeat(4000)])
      expect(await named(bad)).toBe(400);
    expect(readdirSync(server.directory).sort()).toEqual(
      expect.arrayContaining(['content', 'db.sqlite', 'run']),
    );
    const { json } = await sendFile(server, png, `?name=${encodeURIComponent('Größe "1".png')}`);
    const { headers } = await server.request('GET', `/assets/${json.id}/file`);
    expect(headers.get('content-disposition')).toBe(
      `inline; filename="Gr__e \\"1\\".png"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22.png`,
    );
  });

  it('is checked and not kept with dryRun', async () => {
    const bytes = bytesOf(500);
    const before = await server.position();
    const { status, json } = await sendFile(server, bytes, '?name=x&dryRun=true');
    expect([status, json['sha256']]).toEqual([201, sha256Of(bytes)]);
    expect([existsSync(fileIn(sha256Of(bytes))), arriving(), await server.position()]).toEqual([
      false,
      [],
      before,
    ]);
  });

  it('is the same asset when its request is repeated under a key, and another when the file is another', async () => {
    const bytes = bytesOf(500);
    const headers = { 'idempotency-key': 'upload-1' };
    const first = await upload(server, bytes, '?name=x', { headers });
    expect((await upload(server, bytes, '?name=x', { headers })).id).toBe(first.id);
    const inForm = async (boundary: string) => {
      const { body } = form(['file', bytes, 'x']);
      const text = body.toString('latin1').replaceAll('a-boundary-that-is-in-no-file', boundary);
      const { json } = await server.request('POST', '/assets', {
        body: Buffer.from(text, 'latin1'),
        headers: {
          'content-type': `multipart/form-data; boundary=${boundary}`,
          'idempotency-key': 'upload-2',
        },
      });
      return json.id;
    };
    expect(await inForm('one')).toBe(await inForm('another'));
    const other = await sendFile(server, bytesOf(500), '?name=x', { headers });
    expect([other.status, other.json.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it('has a place in the tree where that is wanted', async () => {
    const { json: folder } = await write(server, 'POST', '/pages', {
      headers: speaks,
      body: { type: 'folder', slug: 'pictures', content: { title: 'Pictures' } },
    });
    const asset = await upload(server, png, `?name=dot.png&parent=${folder.id}`);
    expect([asset['path'], asset['parent']]).toEqual(['/pictures/dot.png', folder.id]);
    const taken = await sendFile(server, gif, `?name=dot.png&parent=${folder.id}`);
    expect([taken.status, taken.json.code]).toEqual([409, 'path-taken']);
    const beneath = await server.request('GET', `/assets?parent=${folder.id}`);
    expect(beneath.json.items.map(({ id }) => id)).toEqual([asset.id]);
    const { json: all } = await server.request('GET', '/pages?limit=500');
    expect(all.items.map(({ id }) => id)).toContain(folder.id);
    expect(all.items.map(({ id }) => id)).not.toContain(asset.id);
  });
});

describe('An asset', () => {
  it('has versions of its file and of what is said of it; old ones stay, and come back', async () => {
    const [one, two] = [bytesOf(100), bytesOf(200)];
    const { id } = await upload(server, one, '?name=one.bin');
    await write(server, 'PATCH', `/assets/${id}/content`, {
      headers: { ...onTop(1), 'content-type': 'application/merge-patch+json' },
      body: '{"alt":"said"}',
    });
    const replaced = await server.request('PUT', `/assets/${id}/file?name=two.bin`, {
      headers: { 'if-match': '"v2"', 'content-type': 'application/octet-stream' },
      body: two,
    });
    expect([replaced.status, replaced.json]).toEqual([
      200,
      expect.objectContaining({ name: 'two.bin', contentVersion: 3, content: { alt: 'said' } }),
    ]);
    const again = await server.request('PUT', `/assets/${id}/file?name=two.bin`, {
      headers: { 'if-match': '"v3"', 'content-type': 'application/octet-stream' },
      body: two,
    });
    expect([again.status, again.json.contentVersion]).toEqual([200, 3]);
    const stale = await server.request('PUT', `/assets/${id}/file`, {
      headers: { 'if-match': '"v2"', 'content-type': 'application/octet-stream' },
      body: one,
    });
    expect(stale.status).toBe(412);
    const old = await server.request('GET', `/assets/${id}/versions/2/file`);
    expect(old.bytes.equals(one)).toBe(true);
    await write(server, 'POST', `/assets/${id}/restore`, {
      headers: { 'if-match': '"v3"' },
      body: { version: 1 },
    });
    const { json, bytes } = await server.request('GET', `/assets/${id}/file`);
    expect([json, bytes.equals(one)]).toEqual([{}, true]);
    const { json: versions } = await server.request('GET', `/assets/${id}/versions`);
    expect(versions.items.map(({ version, file }) => [version, (file as { name: string }).name])).toEqual([
      [4, 'one.bin'],
      [3, 'two.bin'],
      [2, 'one.bin'],
      [1, 'one.bin'],
    ]);
    const { json: now } = await server.request('GET', `/assets/${id}`);
    expect([now.content, now['name'], now['restoredFrom']]).toEqual([{}, 'one.bin', 1]);
    const { json: third } = await server.request('GET', `/assets/${id}?version=3`);
    expect([third.content, third['name']]).toEqual([{ alt: 'said' }, 'two.bin']);
  });

  it('keeps its name with another file, unless that has one', async () => {
    const { id } = await upload(server, bytesOf(100), '?name=first.bin');
    const put = async (version: number, query = '') => {
      const { json } = await server.request('PUT', `/assets/${id}/file${query}`, {
        headers: { 'if-match': `"v${version}"`, 'content-type': 'application/octet-stream' },
        body: bytesOf(100),
      });
      return json['name'];
    };
    expect([await put(1), await put(2, '?name=second.bin'), await put(3)]).toEqual([
      'first.bin',
      'second.bin',
      'second.bin',
    ]);
  });

  it('of which much is said is read as any other', async () => {
    const { id } = await upload(server, png, '?name=long.png');
    const content = { alt: 'a'.repeat(300_000) };
    await write(server, 'PUT', `/assets/${id}/content`, { headers: onTop(1), body: content });
    for (const path of ['', '?version=2', '/versions/2']) {
      const { status, json } = await server.request('GET', `/assets/${id}${path}`);
      expect([status, json.content]).toEqual([200, content]);
    }
    expect((await server.request('GET', `/assets/${id}/file`)).bytes.equals(png)).toBe(true);
  });

  it('is gone when it is deleted, and back when it is undeleted', async () => {
    const { id } = await upload(server, png, '?name=gone.png');
    await write(server, 'DELETE', `/assets/${id}`, { headers: { 'if-match': '"v1"' } });
    for (const path of [`/assets/${id}`, `/assets/${id}/file`, `/assets/${id}/versions/1/file`])
      expect((await server.request('GET', path)).status).toBe(404);
    const { json } = await server.request('GET', '/assets?deleted=true&limit=500');
    expect(json.items.map((item) => item.id)).toContain(id);
    await write(server, 'POST', `/assets/${id}/undelete`);
    expect((await server.request('GET', `/assets/${id}/file`)).bytes.equals(png)).toBe(true);
  });

  it('is no page, and a page is no asset', async () => {
    const { json: page } = await write(server, 'POST', '/pages', {
      headers: speaks,
      body: { type: 'document', content: { title: 'A page' } },
    });
    for (const path of ['', '/file', '/versions', '/versions/1', '/versions/1/file'])
      expect((await server.request('GET', `/assets/${page.id}${path}`)).status).toBe(404);
    const saved = await server.request('PUT', `/assets/${page.id}/content`, { headers: onTop(1), body: {} });
    expect(saved.status).toBe(404);
    const made = await server.request('POST', '/pages', {
      headers: speaks,
      body: { type: 'asset', content: {} },
    });
    expect([made.status, made.json.code]).toEqual([400, 'malformed-request']);
    const { id } = await upload(server, png);
    const published = await server.request('POST', `/pages/${id}/publish`);
    expect([published.status, published.json.code]).toEqual([409, 'not-publishable']);
  });

  it('is written with others in a batch, but for its file', async () => {
    const { id } = await upload(server, png);
    const commands = [
      {
        method: 'PUT',
        path: `/assets/${id}/content`,
        headers: { 'If-Match': '"v1"' },
        body: { alt: 'A dot' },
      },
      { method: 'DELETE', path: `/assets/${id}`, headers: { 'If-Match': '"v2"' } },
    ];
    const { status, json } = await server.request('POST', '/batch', { headers: speaks, body: { commands } });
    expect([status, json.items.map((item) => item['status'])]).toEqual([200, [200, 204]]);
    const refused = await server.request('POST', '/batch', {
      headers: speaks,
      body: { commands: [{ method: 'POST', path: '/assets', body: {} }] },
    });
    expect([refused.status, refused.json.code]).toEqual([400, 'malformed-request']);
  });
});

describe('A file that is asked for', () => {
  it('is sent in parts, and not again to who has it', async () => {
    const bytes = bytesOf(1000);
    const { id } = await upload(server, bytes);
    const get = (headers: Readonly<Record<string, string>>, method = 'GET') =>
      server.request(method, `/assets/${id}/file`, { headers });
    const etag = `"${sha256Of(bytes)}"`;
    const part = await get({ range: 'bytes=100-199' });
    expect([part.status, part.headers.get('content-range'), part.headers.get('etag')]).toEqual([
      206,
      'bytes 100-199/1000',
      etag,
    ]);
    expect(part.bytes.equals(bytes.subarray(100, 200))).toBe(true);
    const none = await get({ range: 'bytes=1000-' });
    expect([none.status, none.headers.get('content-range'), none.headers.get('cache-control')]).toEqual([
      416,
      'bytes */1000',
      'no-store',
    ]);
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
    expect((await get({ range: 'bytes=0-9', 'if-range': etag })).status).toBe(206);
    expect((await get({ range: 'bytes=0-9', 'if-range': '"another"' })).status).toBe(200);
    const head = await get({}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), head.bytes.length]).toEqual([200, '1000', 0]);
  });

  it('is never sent where it is not what was uploaded', async () => {
    const bytes = bytesOf(1000);
    const { id, sha256 } = await upload(server, bytes);
    writeFileSync(fileIn(sha256 as string), bytes.subarray(1));
    const short = await server.request('GET', `/assets/${id}/file`);
    expect([short.status, short.json.code]).toEqual([500, 'storage-damaged']);
    await upload(server, bytes);
    expect((await server.request('GET', `/assets/${id}/file`)).bytes.equals(bytes)).toBe(true);
  });
});

describe('A link to a file', () => {
  const linkOf = async (id: string, token?: string, query = '') => {
    const { json } = await server.request(
      'GET',
      `/assets/${id}/link${query}`,
      token === undefined ? {} : { token },
    );
    return new URL(json['url'] as string, `${server.url}/assets/${id}/link`);
  };
  const load = (url: URL) => server.request('GET', url.pathname + url.search, { token: null });

  it('loads it without a token, at its own address alone, in any size', async () => {
    const { id } = await upload(server, png);
    const other = await upload(server, gif);
    const link = await linkOf(id);
    const { status, bytes, headers } = await load(link);
    expect([status, bytes.equals(png), headers.get('cache-control')]).toEqual([
      200,
      true,
      'private, no-cache',
    ]);
    const ofVersion = await linkOf(id, undefined, '?version=1');
    expect((await load(ofVersion)).bytes.equals(png)).toBe(true);
    const elsewhere = [
      `/assets/${other.id}/file${link.search}`,
      `/assets/${id}/versions/1/file${link.search}`,
      `/assets/${id}${link.search}`,
      `/pages/${id}${link.search}`,
      `/assets/${id}/file?link=${(link.searchParams.get('link') ?? '').replace(/.(?=.{3}$)/, (one) => (one === 'A' ? 'B' : 'A'))}`,
      `/assets/${id}/file?link=`,
      `/assets/${id}/file?link=x&link=y`,
      `/assets/${id}/file?link=${(link.searchParams.get('link') ?? '').replace(/\.(\d+)\./, (_all, until) => `.${Number(until) + 1}.`)}`,
    ];
    for (const path of elsewhere)
      expect([path, (await server.request('GET', path, { token: null })).status]).toEqual([path, 401]);
    expect(
      (await server.request('DELETE', `/assets/${id}/file${link.search}`, { token: null })).status,
    ).not.toBe(200);
  });

  it('is as good as the token that it was made for', async () => {
    const { id } = await upload(server, png);
    const { json: token } = await write(server, 'POST', '/tokens', { body: { role: 'editor' } });
    const link = await linkOf(id, token.secret);
    expect((await load(link)).status).toBe(200);
    await write(server, 'DELETE', `/tokens/${token.id}`);
    expect((await load(link)).status).toBe(401);
    const reader = await write(server, 'POST', '/tokens', { body: { role: 'render' } });
    const none = await server.request('GET', `/assets/${id}/link`, { token: reader.json.secret });
    expect(none.status).toBe(404);
  });
});
