import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../cli/run.js';
import type { Body } from '../support/body.js';
import { makeServer } from '../support/server.js';
import { makeLadder } from './ladders.js';

interface Story {
  readonly rungs: readonly string[];
  /** What a page is to say, version by version, to clients at a schema version; `restored`: by restoring that one. */
  readonly history: readonly {
    readonly schemaVersion: number;
    readonly restored?: number;
    readonly content: Readonly<Record<string, unknown>>;
  }[];
}

/** Saves of clients at six schema versions in turn, as they once led a replay to other items than the writer had noted. */
const story = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/patched-history.json'), 'utf8'),
) as Story;

const ladder = makeLadder(story.rungs);
const server = makeServer({ PALIMPSEST_MIGRATIONS: ladder.path });
beforeAll(() => server.start());
afterAll(async () => {
  await server.remove();
  ladder.remove();
});

/** What makes one document of another, a whole member at a time: what is alike is left alone. */
function patchOf(seen: Body, wanted: Readonly<Record<string, unknown>>): readonly object[] {
  const names = new Set([...Object.keys(seen), ...Object.keys(wanted)]);
  return [...names].flatMap((name) => {
    const path = `/${name}`;
    if (!(name in wanted)) return [{ op: 'remove', path }];
    if (JSON.stringify((seen as Record<string, unknown>)[name]) === JSON.stringify(wanted[name])) return [];
    return [{ op: 'add', path, value: wanted[name] }];
  });
}

test('patches that leave lists alone are replayed as they were written', async () => {
  let id = '';
  let latest = 0;
  const versions: number[] = [];
  for (const { schemaVersion, restored, content } of story.history) {
    const speaks = { 'schema-version': String(schemaVersion) };
    const headers = { ...speaks, 'if-match': `"v${latest}"` };
    const write = async () => {
      if (id === '')
        return server.request('POST', '/pages', { headers: speaks, body: { type: 'page', content } });
      if (restored !== undefined)
        return server.request('POST', `/pages/${id}/restore`, {
          headers,
          body: { version: versions[restored - 1] },
        });
      const seen = (await server.request('GET', `/pages/${id}/content`, { headers: speaks })).json;
      return server.request('PATCH', `/pages/${id}/content`, {
        headers: { ...headers, 'content-type': 'application/json-patch+json' },
        body: JSON.stringify(patchOf(seen, content)),
      });
    };
    const { status, json } = await write();
    expect(status).toBeLessThan(300);
    [id, latest] = [json.id, json.contentVersion];
    versions.push(latest);
  }
  await server.stop();
  const verified = await run('verify', '--migrations', ladder.path, '--data', server.directory);
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('are whole') as string });
});
