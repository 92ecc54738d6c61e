import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { openDatabase } from '../../src/log/database.js';
import { chainOf, expectRefused, makeSite, type Site } from './releases.js';

/** What release 0.1.0 left, which wrote format 3. */
const fixture = fileURLToPath(new URL('../fixtures/format-3.sqlite.gz', import.meta.url));
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const hello = '0b8f6c1e-2f0a-4c55-9a53-6f1f5f4f0c11';
const tour = '7d1f0a52-64a5-4a52-8ec1-1f2d3c4b5a69';
/** The administrator's token of that log. */
const PALIMPSEST_ADMIN_TOKEN = 'format-three-admin-token-0123456789abcdef';

let site: Site;

beforeEach(() => {
  site = makeSite();
  writeFileSync(join(site.data, 'db.sqlite'), gunzipSync(readFileSync(fixture)));
});

function rows(file: string, sql: string): readonly unknown[] {
  const db = openDatabase(join(site.data, file), 'read');
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

async function asAdmin(path: string, schemaVersion: number): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${site.port}${path}`, {
    headers: {
      authorization: `Bearer ${PALIMPSEST_ADMIN_TOKEN}`,
      'schema-version': String(schemaVersion),
      connection: 'close',
    },
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

describe('a log of format 3', () => {
  it('is served by nobody before it is taken over, and is told the way', async () => {
    for (const verb of [
      ['serve', '--port', '0'],
      ['status'],
      ['verify'],
      ['token', 'list'],
      ['export', 'jsonl'],
    ]) {
      await expectRefused(
        site,
        main,
        verb,
        78,
        'has format 3, this program has format 4: run `palimpsest upgrade`',
      );
    }
    expect(rows('db.sqlite', 'SELECT mode, program_version FROM installation')).toEqual([
      { mode: 'live', program_version: '0.1.0' },
    ]);
  });

  it('is rehearsed without a change', async () => {
    const { code, output } = await site.run(main, 'upgrade', '--check');
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('once') as string });
    await expectRefused(site, main, ['status'], 78, 'has format 3');
  });

  it('keeps every event and text, and gets a chain that is whole', async () => {
    const texts = `SELECT position, streams.id, stream_version, type, schema_version, data, content, changesets.id, at, comment
       FROM events JOIN streams ON streams.number = stream JOIN changesets ON first_position = changeset ORDER BY position`;
    const before = rows('db.sqlite', texts);
    const { code, output } = await site.run(main, 'upgrade');
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('once') as string });
    expect(rows('db.sqlite', texts)).toEqual(before);
    expect(rows('db_0.1.0.sqlite', texts)).toEqual(before);
    expect(chainOf(join(site.data, 'db.sqlite'))).toHaveLength(18);
    expect(await site.run(main, 'verify')).toMatchObject({ code: 0 });
    // Once: there is nothing more to do.
    const again = await site.run(main, 'upgrade');
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining('nothing to do') as string });
  });

  it('gives people of imported histories an id that tells no address', async () => {
    await site.run(main, 'upgrade');
    const authors = rows(
      'db.sqlite',
      `SELECT by ->> 'id' AS id, by ->> 'name' AS name, source ->> 'address' AS address FROM changesets
       WHERE by ->> 'kind' = 'import' ORDER BY first_position`,
    ) as { id: string; name: string; address: string }[];
    expect(authors.map(({ name, address }) => `${name} ${address}`)).toEqual([
      'Ann Author ann@example.org',
      'Bob Builder bob@example.org',
      'Ann Author ann@example.org',
    ]);
    expect(authors[0]?.id).toBe(authors[2]?.id);
    expect(authors[0]?.id).not.toBe(authors[1]?.id);
    for (const { id } of authors) expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is served afterwards as it was, to clients of every schema version', async () => {
    await site.run(main, 'upgrade');
    await site.serve(main, { PALIMPSEST_ADMIN_TOKEN });
    expect(await asAdmin(`/pages/${hello}`, 4)).toMatchObject({
      path: '/welcome',
      contentVersion: 3,
      publishedVersion: 3,
      content: { title: 'Hello', body: 'First words.' },
    });
    expect(await asAdmin(`/pages/${hello}?version=2`, 4)).toMatchObject({ comment: 'better' });
    expect(await asAdmin(`/pages/${tour}/content`, 1)).toMatchObject({ title: 'A tour' });
    expect(await asAdmin(`/pages/${tour}/content`, 4)).toMatchObject({
      blocks: [
        { _type: 'video', _id: 'v', url: 'b.mp4' },
        { _type: 'image', _id: 'i', url: 'c.png' },
      ],
    });
  });

  it('that was changed is not taken over', async () => {
    const db = openDatabase(join(site.data, 'db.sqlite'));
    db.exec(
      `DROP TRIGGER changesets_refuse_update; UPDATE changesets SET comment = 'worse' WHERE comment = 'better'`,
    );
    db.close();
    await expectRefused(site, main, ['upgrade'], 65, 'the log is damaged at position 3');
    await expectRefused(site, main, ['status'], 78, 'has format 3');
  });
});
