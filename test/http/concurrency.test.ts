import { createPage, onTop } from '../support/pages.js';
import { useServer, type Server } from '../support/server.js';

const server = useServer();
const clientCount = 200;
const pageCount = 20;
/** Accepted saves of each page after which it is enough, once each has refused some, too. */
const enough = 20;

/** What clients were told, by page. */
interface Told {
  /** Content version → the bytes that became it. */
  readonly accepted: Map<number, string>;
  refused: number;
}

/** Saves each page ten times on top of the newest version it has heard of, until it is enough. */
async function keepSaving(
  target: Server,
  client: number,
  ids: readonly string[],
  told: readonly Told[],
): Promise<void> {
  const seen = ids.map(() => 1);
  const isEnough = (): boolean =>
    told.every(({ accepted, refused }) => accepted.size > enough && refused > 0);
  for (let n = 0; !isEnough(); n++) {
    const page = (client + Math.floor(n / 10)) % ids.length;
    const body = `{ "title": "client ${client}, save ${n}", "${client}": ${n}.0 }`;
    const { status, json } = await target.request('PUT', `/pages/${ids[page]}/content`, {
      headers: onTop(seen[page] ?? 1),
      body,
    });
    const { accepted } = told[page] as Told;
    if (status === 200) {
      if (accepted.has(json.contentVersion))
        throw new Error(`version ${json.contentVersion} was given twice`);
      accepted.set(json.contentVersion, body);
      seen[page] = json.contentVersion;
      continue;
    }
    expect([status, json.code]).toEqual([412, 'version-conflict']);
    const { contentVersion } = json.current as { contentVersion: number };
    expect(contentVersion).toBeGreaterThan(seen[page] ?? 1);
    expect((json.changed as string[]).length).toBeGreaterThan(0);
    (told[page] as Told).refused++;
    seen[page] = contentVersion;
  }
}

it('200 clients that save the same 20 pages make histories without a loss, a double and a gap', async () => {
  const ids: string[] = [];
  for (let n = 0; n < pageCount; n++) ids.push((await createPage(server)).id);
  const told = ids.map((): Told => ({ accepted: new Map([[1, '{"title":"First"}']]), refused: 0 }));
  const before = await server.position();
  await Promise.all(
    Array.from({ length: clientCount }, (_, client) => keepSaving(server, client, ids, told)),
  );

  let saves = 0;
  for (const [page, id] of ids.entries()) {
    const { accepted } = told[page] as Told;
    const newest = (await server.request('GET', `/pages/${id}`)).json.contentVersion;
    expect([...accepted.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: newest }, (_, n) => n + 1),
    );
    saves += newest - 1;
    for (let version = 1; version <= newest; version += 1 + Math.floor(newest / 30)) {
      expect((await server.request('GET', `/pages/${id}/content?version=${version}`)).text).toBe(
        accepted.get(version),
      );
    }
    let cursor = '';
    const listed: unknown[] = [];
    do {
      const { json } = await server.request('GET', `/pages/${id}/versions?limit=500${cursor}`);
      listed.push(...json.items.map(({ version }) => version));
      cursor = json.next === null ? '' : `&cursor=${json.next}`;
    } while (cursor !== '');
    expect(listed).toEqual(Array.from({ length: newest }, (_, n) => newest - n));
  }
  expect(await server.position()).toBe(before + saves);
});
