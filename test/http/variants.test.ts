import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { variantFormats, variantWidths } from '../../src/files/pictures/variant.js';
import { chunk, pngOf, rowsOf } from '../files/pictures/samples.js';
import { isRunning, noise, sharp, until } from '../files/pictures/workshop.js';
import { give, issue, protect, publish } from '../support/access.js';
import type { Body } from '../support/body.js';
import { createPage, onTop, tokenFor } from '../support/pages.js';
import { adminSecret, makeServer, useServer, type Server } from '../support/server.js';

const server = useServer();

const photo = await noise(600, 400).jpeg().withMetadata({ orientation: 6 }).toBuffer();
/** It claims 50,000 × 50,000 pixels. */
const bomb = pngOf({ width: 50_000, height: 50_000 }, rowsOf(1, 9));

async function upload(to: Server, name: string, body: Buffer | string, query = ''): Promise<Body> {
  const { status, json, text } = await to.request('POST', `/assets?name=${name}${query}`, {
    headers: { 'content-type': 'application/octet-stream' },
    body,
  });
  if (status !== 201) throw new Error(text);
  return json;
}

/** A server that is too busy to look in time takes a picture unmeasured: it is sent again. */
async function uploadMeasured(name: string, picture: Buffer): Promise<Body> {
  for (;;) {
    const asset = await upload(server, name, picture);
    if (asset['width'] !== undefined) return asset;
  }
}

interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly code: string | undefined;
}

async function get(
  from: Server,
  path: string,
  headers: Record<string, string> = {},
  { token = adminSecret, method = 'GET' } = {},
): Promise<Got> {
  const answer = await from.request(method, path, { headers, token });
  return { ...answer, code: answer.json.code };
}

/** The processes that decode for a server: they have its data directory nowhere but in their parent's arguments. */
function decodersOf({ directory }: Server): readonly number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((pid) => {
    try {
      const [, parent = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return (
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('decoding-process') &&
        readFileSync(`/proc/${parent}/cmdline`, 'utf8').includes(directory)
      );
    } catch {
      return false; // it has just ended
    }
  });
}

function decoderOf(of: Server): number {
  const [pid, ...more] = decodersOf(of);
  if (pid === undefined || more.length > 0) throw new Error('there is not one process that decodes');
  return pid;
}

describe('An upload', () => {
  test('of a picture is measured as it is shown', async () => {
    const { id, width, height } = await uploadMeasured('a.jpg', photo);
    expect({ width, height }).toEqual({ width: 400, height: 600 });
    expect((await server.request('GET', `/assets/${id}`)).json).toMatchObject({ width: 400, height: 600 });
  });

  test.each([
    ['a bomb', bomb],
    ['a picture that is cut off', photo.subarray(0, 100)],
    ['a text', 'text'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
  ])('of %s is taken, and not measured', async (_of, body) => {
    expect(Object.keys(await upload(server, 'a', body)).filter((name) => /width|height/.test(name))).toEqual(
      [],
    );
  });

  test('of new bytes is measured anew', async () => {
    const { id } = await uploadMeasured('a.jpg', photo);
    const replaced = await server.request('PUT', `/assets/${id}/file`, {
      headers: onTop(1),
      body: pngOf({ width: 20, height: 30 }, rowsOf(30, 60)),
    });
    expect(replaced.json).toMatchObject({ width: 20, height: 30 });
    const { json } = await server.request('GET', `/assets/${id}/versions/1`);
    expect(json).toMatchObject({ width: 400, height: 600 });
  });
});

describe('A variant', () => {
  let id = '';
  beforeAll(async () => {
    ({ id } = await upload(server, 'The%20house.jpg', photo));
  });

  test.each(variantFormats)('is had as %s', async (format) => {
    const { status, headers, bytes } = await get(server, `/assets/${id}/file?width=160&format=${format}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe(`image/${format}`);
    expect(headers.get('content-length')).toBe(String(bytes.length));
    expect(headers.get('content-disposition')).toBe(`inline; filename="The house-160.${format}"`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(headers.get('repr-digest')).toBeNull();
    expect(await sharp(bytes).metadata()).toMatchObject({ format, width: 160, height: 240 });
  });

  test('without a format is as the picture is', async () => {
    expect((await get(server, `/assets/${id}/file?width=80`)).headers.get('content-type')).toBe('image/jpeg');
  });

  test('has a strong tag of its own, by which it is not sent twice', async () => {
    const tags = new Set<string | null>();
    for (const query of ['', '?width=160', '?width=160&format=webp', '?width=320&format=webp'])
      tags.add((await get(server, `/assets/${id}/file${query}`)).headers.get('etag'));
    expect(tags.size).toBe(4);
    const [, , tag] = [...tags];
    expect(tag).toMatch(/^"[\w.-]+"$/);
    const path = `/assets/${id}/file?width=160&format=webp`;
    const again = await get(server, path, { 'if-none-match': tag ?? '' });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
  });

  test('is had in parts', async () => {
    const path = `/assets/${id}/file?width=320&format=webp`;
    const { bytes, headers } = await get(server, path);
    const part = await get(server, path, { range: 'bytes=10-19' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${bytes.length}`]);
    expect(part.bytes.equals(bytes.subarray(10, 20))).toBe(true);
    expect((await get(server, path, { range: `bytes=${bytes.length}-` })).status).toBe(416);
    const tag = headers.get('etag') ?? '';
    expect((await get(server, path, { range: 'bytes=0-0', 'if-range': tag })).status).toBe(206);
    expect((await get(server, path, { range: 'bytes=0-0', 'if-range': '"other"' })).status).toBe(200);
    const head = await get(server, path, {}, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
  });

  test('of an earlier version is of that', async () => {
    const asset = await upload(server, 'a.jpg', photo);
    const before = await server.position();
    const green = pngOf({ width: 200, height: 100 }, rowsOf(100, 600, 9));
    await server.request('PUT', `/assets/${asset.id}/file`, { headers: onTop(1), body: green });
    const measured = async (path: string) => {
      const { width, height } = await sharp((await get(server, path)).bytes).metadata();
      return { width, height };
    };
    expect(await measured(`/assets/${asset.id}/file?width=80`)).toEqual({ width: 80, height: 40 });
    expect(await measured(`/assets/${asset.id}/versions/1/file?width=80`)).toEqual({
      width: 80,
      height: 120,
    });
    const past = `/assets/${asset.id}/file?width=80&asOf=${before}`;
    expect(await measured(past)).toEqual({ width: 80, height: 120 });
  });

  test('that is removed while it is served is made again', async () => {
    const path = `/assets/${id}/file?width=160&format=png`;
    const { bytes } = await get(server, path);
    rmSync(join(server.directory, 'variants'), { recursive: true });
    expect((await get(server, path)).bytes.equals(bytes)).toBe(true);
  });
});

describe('What is refused', () => {
  let id = '';
  beforeAll(async () => {
    ({ id } = await upload(server, 'a.jpg', photo));
  });

  test.each([
    'width=100',
    'width=0',
    'width=',
    'width=a',
    'width=160.5',
    'width=1e9',
    'width=160&width=320',
    'format=webp',
    'width=160&format=avif',
    'width=160&format=svg',
    'width=160&format=',
    'width=160&height=9',
  ])('?%s', async (query) => {
    const { status, json } = await server.request('GET', `/assets/${id}/file?${query}`);
    expect([status, json.code]).toEqual([400, 'malformed-request']);
  });

  test('a width that there is not, with those that there are', async () => {
    const { text } = await server.request('GET', `/assets/${id}/file?width=100`);
    expect(text).toContain(variantWidths.join(', '));
  });

  test.each([
    ['a bomb', bomb, 'picture-too-large'],
    ['a picture that is cut off', photo.subarray(0, 1000), 'not-a-picture'],
    ['a text', 'text', 'not-a-picture'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', 'not-a-picture'],
    [
      'a bomb of a profile',
      pngOf({ width: 60_000, height: 60_000 }, rowsOf(1, 9), [chunk('iCCP', Buffer.alloc(99))]),
      'picture-too-large',
    ],
  ])('a variant of %s, and the file is had', async (_of, body, code) => {
    const asset = await upload(server, 'a', body);
    for (const width of [80, 160]) {
      const { status, json } = await server.request('GET', `/assets/${asset.id}/file?width=${width}`);
      expect([status, json.code]).toEqual([422, code]);
    }
    expect((await get(server, `/assets/${asset.id}/file`)).bytes.equals(Buffer.from(body))).toBe(true);
    expect((await get(server, `/assets/${id}/file?width=80`)).status).toBe(200);
  });

  test('a variant of a file that is lost', async () => {
    const lost = pngOf({ width: 20, height: 20 }, rowsOf(20, 60, 77));
    const asset = await upload(server, 'a.png', lost);
    const sha256 = asset['sha256'] as string;
    rmSync(join(server.directory, 'content', sha256.slice(0, 2), sha256.slice(2, 4), sha256.slice(4)));
    const { json } = await server.request('GET', `/assets/${asset.id}/file?width=80`);
    expect(json.code).toBe('storage-damaged');
  });
});

describe('Who may not see a file', () => {
  test('is told the same of its variants, whatever they ask for', async () => {
    const above = await createPage(server, { slug: 'above', content: { title: 'Above' } });
    await createPage(server, { slug: 'beside', content: { title: 'Beside' } });
    const { id } = await upload(server, 'a.jpg', photo, `&parent=${above.id}`);
    const editor = await issue(server, { role: 'editor', path: '/above' });
    const stranger = await issue(server, { role: 'editor', path: '/beside' });
    const reader = await tokenFor(server, 'render');
    const path = `/assets/${id}/file?width=80&format=webp`;
    expect((await get(server, path, {}, { token: editor.secret })).status).toBe(200);
    for (const token of [stranger.secret, reader]) {
      const missing = await get(
        server,
        path.replace(
          id,
          id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
        ),
        {},
        { token },
      );
      for (const query of ['width=80&format=webp', 'width=80', 'width=99', 'format=webp', '']) {
        const found = await get(server, `/assets/${id}/file?${query}`, {}, { token });
        expect([query, found.status, found.code]).toEqual([query, missing.status, missing.code]);
        expect([query, found.status]).toEqual([query, 404]);
      }
      const tag = (await get(server, path)).headers.get('etag') ?? '';
      expect((await get(server, path, { 'if-none-match': tag }, { token })).status).toBe(404);
    }
    expect((await get(server, path, {}, { token: 'nobody' })).status).toBe(401);
    await give(server, stranger, 'editor', '/above');
    expect((await get(server, path, {}, { token: stranger.secret })).status).toBe(200);
  });

  test('sees its variants as soon as a page is published that shows it, and no longer than that', async () => {
    const { id, path } = await upload(server, 'gate.jpg', photo, '&slug=gate.jpg');
    const content = { title: 'Gate', body: `![Gate](${String(path)})` };
    const page = await createPage(server, { slug: 'gate', content });
    const token = await tokenFor(server, 'render');
    const variant = `/assets/${id}/file?width=80&format=webp`;
    const seen = async (address = variant) => (await get(server, address, {}, { token })).status;
    expect(await seen()).toBe(404);
    await publish(server, page.id);
    expect([await seen(), await seen(`/assets/${id}/versions/1/file?width=80`)]).toEqual([200, 200]);
    await server.request('PUT', `/assets/${id}/file`, {
      headers: onTop(1),
      body: pngOf({ width: 9, height: 9 }, rowsOf(9, 27, 3)),
    });
    expect([await seen(), await seen(`/assets/${id}/versions/1/file?width=80`)]).toEqual([200, 404]);
    await protect(server, page.id);
    expect(await seen()).toBe(404);
    const viewer = await get(server, variant, {}, { token: await tokenFor(server, 'viewer') });
    expect([viewer.status, viewer.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
  });
});

describe('The process that decodes', () => {
  const other = makeServer();
  afterEach(() => other.kill());
  afterAll(() => other.remove());

  test('is not there before a picture is, and ends with a server that stops', async () => {
    await other.start();
    await upload(other, 'a', 'text');
    expect(decodersOf(other)).toEqual([]);
    await upload(other, 'a.jpg', photo);
    const decoder = decoderOf(other);
    expect(await other.stop()).toBe(0);
    await until(() => !isRunning(decoder));
  });

  test('ends with a server that is killed', async () => {
    await other.start();
    await upload(other, 'a.jpg', photo);
    const decoder = decoderOf(other);
    await other.kill();
    await until(() => !isRunning(decoder));
  });

  test('that is killed is started anew for the next picture', async () => {
    await other.start();
    const { id } = await upload(other, 'a.jpg', photo);
    const decoder = decoderOf(other);
    process.kill(decoder, 'SIGKILL');
    expect((await get(other, `/assets/${id}/file?width=320&format=png`)).status).toBe(200);
    expect(decoderOf(other)).not.toBe(decoder);
  });
});

test('variants are bounded by the setting, and what lies about is cleared', async () => {
  const small = makeServer({ PALIMPSEST_VARIANTS_MIB: '1' });
  try {
    const left = join(small.directory, 'variants', 'ab', 'left.webp');
    mkdirSync(dirname(left), { recursive: true });
    writeFileSync(left, Buffer.alloc(2 * 1024 * 1024));
    await small.start();
    const { id } = await upload(small, 'a.jpg', photo);
    expect((await get(small, `/assets/${id}/file?width=80`)).status).toBe(200);
    await until(() => !existsSync(left));
    expect((await get(small, `/assets/${id}/file?width=80`)).status).toBe(200);
  } finally {
    await small.remove();
  }
});
