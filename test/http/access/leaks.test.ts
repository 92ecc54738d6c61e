import { readRoutes } from '../../../src/http/routes.js';
import { issue } from '../../support/access.js';
import { openStream } from '../../support/event-stream.js';
import {
  hiddenPages,
  isReadersFeed,
  leaksIn,
  makeWorld,
  nothing,
  prying,
  saidIn,
  schemaVersions,
  type Prying,
  type World,
} from '../../support/hidden.js';
import { useServer, type Answer } from '../../support/server.js';

const server = useServer();

let world: World;
let everybody: readonly Prying[];

beforeAll(async () => {
  world = await makeWorld(server);
  everybody = await prying(server);
});

/** Questions about one page. */
const ofPage = ({ moments }: World): readonly string[] => [
  '',
  '?with=ancestors',
  '?version=1',
  '?version=2',
  '?version=99',
  '?version=0',
  '/content',
  '/content?version=2',
  '/versions',
  '/versions?limit=1',
  '/versions/1',
  '/versions/2',
  '/diff?from=1',
  '/diff?from=1&to=2',
  '/access',
  '/references',
  '/references?limit=1',
  '/referrers',
  '/referrers?limit=1',
  ...moments.flatMap((asOf) =>
    [
      `?asOf=${asOf}`,
      `?asOf=${asOf}&with=ancestors`,
      `/content?asOf=${asOf}`,
      `/versions?asOf=${asOf}`,
    ].concat(`/versions/1?asOf=${asOf}`, `/diff?from=1&asOf=${asOf}`, `/access?asOf=${asOf}`),
  ),
];

/** Questions in which a page is named. */
const aboutPage = (id: string): readonly string[] => [
  `/pages?parent=${id}&count=true`,
  `/pages?ids=${id}&count=true&fields=/title`,
  `/pages?by=${id}`,
  `/tree?root=${id}`,
  `/tree?root=${id}&depth=1`,
  `/assets?parent=${id}&count=true`,
  ...['', '?version=1', '?asOf=9', '/file', '/file?width=80', '/file?width=80&format=webp', '/link'].map(
    (rest) => `/assets/${id}${rest}`,
  ),
  ...['/versions', '/versions/1', '/versions/1/file', '/versions/9/file', '/referrers'].map(
    (rest) => `/assets/${id}${rest}`,
  ),
];

/** Questions to whose answers much may belong. */
const ofMany = ({ moments, paths }: World): readonly string[] => {
  const lists = ['', '&fields=/title,/body', '&count=true'].flatMap((shown) =>
    [
      '',
      '&sort=order',
      '&sort=title',
      '&sort=-title',
      '&sort=-updated',
      '&sort=published',
      '&sort=created',
    ].map((sort) => `/pages?limit=500${sort}${shown}`),
  );
  const chosen = [
    'status=draft',
    'status=changed',
    'status=published',
    'status=deleted',
    'deleted=true',
  ].concat('parent=null', 'type=document', 'updatedAfter=2020-01-01', 'updatedBefore=2090-01-01');
  return [
    ...lists,
    ...chosen.map((query) => `/pages?count=true&${query}`),
    ...moments.flatMap((asOf) =>
      [`/pages?count=true&fields=/title&asOf=${asOf}`, `/pages?deleted=true&asOf=${asOf}`].concat(
        `/pages?sort=title&asOf=${asOf}`,
        `/tree?asOf=${asOf}`,
        `/grants?asOf=${asOf}`,
        ...paths.map((path) => `/paths${path}?asOf=${asOf}`),
      ),
    ),
    ...paths.flatMap((path) => [`/paths${path}`, `/paths${path}?with=ancestors`, `/events?path=${path}`]),
    ...['', '&count=true', '&sort=title', '&deleted=true'].map((query) => `/assets?limit=500${query}`),
    '/tree',
    '/tree?depth=1',
    '/events?limit=500',
    '/events?type=PageMoved',
    '/events?type=left',
    '/events?type=entered',
    '/changesets?limit=500',
    ...['/tokens', '/grants', '/people', '/me', '/session', '/system', '/schema', '/schema/1', '/metrics'],
    ...['/healthz', '/readyz', '/openapi.json', '/docs', '/docs/viewer.js'],
  ];
};

const inPieces = [
  '/pages?limit=1&count=true',
  '/pages?limit=1&sort=title',
  '/pages?limit=1&sort=-order',
].concat(
  '/pages?limit=1&sort=updated',
  '/tree?limit=1',
  '/events?limit=1',
  '/changesets?limit=1',
  '/grants?limit=1',
  '/tokens?limit=1',
);

/** A page that was shown once is told to have vanished, or left. */
function hiddenFromFeed(who: Prying): readonly string[] {
  const { gone, goneChild, insideGuarded, left } = world.ids;
  const shown = isReadersFeed(who, '/events') ? [gone, goneChild, insideGuarded] : [];
  return hiddenPages(world, who).filter((id) => id !== left && !shown.includes(id));
}

/** Asks, and remembers what should not have been said. */
async function pry(who: Prying, path: string, found: string[], headers = {}): Promise<Answer> {
  const answer = await who.asked.get(path, headers);
  for (const leak of leaksIn(answer, world, who, path))
    found.push(`${who.name}: GET ${path} answers ${answer.status} with ${leak}`);
  return answer;
}

test('Every route that reads is asked', () => {
  const asked = [
    ...ofMany(world),
    ...[...ofPage(world), '/versions/1'].map((rest) => `/pages/${nothing}${rest}`),
    ...aboutPage(nothing),
    `/changesets/${nothing}`,
  ];
  const isAsked = (path: string): boolean =>
    asked.some((one) =>
      new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+').replace('*', '.+')}(\\?|$)`).test(one),
    );
  expect(readRoutes.map(({ path }) => path).filter((path) => !isAsked(path))).toEqual([]);
});

describe('Nobody is told what is not for them', () => {
  it('by any answer about many pages, at any moment', async () => {
    const found: string[] = [];
    await Promise.all(
      everybody.map(async (who) => {
        for (const path of ofMany(world))
          await pry(who, path, found, { 'schema-version': schemaVersions.at(-1) ?? '' });
      }),
    );
    expect(found).toEqual([]);
  });

  it('by lists in pieces, nor by their cursors', async () => {
    const found: string[] = [];
    await Promise.all(
      everybody.map(async (who) => {
        for (const first of inPieces)
          for (let cursor: string | null = ''; cursor !== null;) {
            const { json } = await pry(who, `${first}${cursor && `&cursor=${cursor}`}`, found);
            cursor = json.next ?? null;
          }
      }),
    );
    expect(found).toEqual([]);
  });

  it('by the feed as a stream from the beginning', async () => {
    for (const role of ['viewer', 'editor', 'admin']) {
      const { secret } = await issue(server, { role, path: '/ours/inner' });
      const { json } = await server.request('GET', '/events?limit=500', { token: secret });
      const stream = await openStream(server.url, secret, {});
      const streamed: unknown[] = [];
      for await (const { data } of stream.events) if (streamed.push(data) === json.items.length) break;
      stream.close();
      expect(streamed).toEqual(json.items);
    }
  });
});

describe('What is hidden is told like what is not there', () => {
  it('where it is asked for by its id, at any schema version; what is not tells of nothing else', async () => {
    const found: string[] = [];
    await Promise.all(
      everybody.map(async (who) => {
        const hidden = new Set(hiddenPages(world, who));
        for (const [index, rest] of ofPage(world).entries()) {
          const headers = { 'schema-version': schemaVersions[index % schemaVersions.length] ?? '' };
          const none = saidIn(await who.asked.get(`/pages/${nothing}${rest}`, headers));
          for (const id of Object.values(world.ids)) {
            const said = saidIn(await pry(who, `/pages/${id}${rest}`, found, headers), id);
            if (hidden.has(id) && said !== none)
              found.push(`${who.name}: GET /pages/${id}${rest} answers ${said}, and else ${none}`);
          }
        }
      }),
    );
    expect(found).toEqual([]);
  });

  it('where it is named by a question', async () => {
    const found: string[] = [];
    await Promise.all(
      everybody.map(async (who) => {
        const none = await Promise.all(
          aboutPage(nothing).map(async (path) => saidIn(await who.asked.get(path))),
        );
        for (const id of hiddenPages(world, who))
          for (const [index, path] of aboutPage(id).entries()) {
            const said = saidIn(await who.asked.get(path), id);
            if (said !== none[index])
              found.push(`${who.name}: GET ${path} answers ${said}, and else ${none[index] ?? ''}`);
          }
        const events = saidIn(await who.asked.get(`/events?page=${nothing}`));
        for (const id of hiddenFromFeed(who)) {
          const said = saidIn(await who.asked.get(`/events?page=${id}`), id);
          if (said !== events)
            found.push(`${who.name}: GET /events?page= answers ${said}, and else ${events}`);
        }
      }),
    );
    expect(found).toEqual([]);
  });

  it('where it is a change set', async () => {
    const found: string[] = [];
    await Promise.all(
      everybody.map(async (who) => {
        const { status, json } = await who.asked.get('/changesets?limit=500');
        const seen = new Set(status === 200 ? json.items.map(({ id }) => id) : []);
        const none = saidIn(await who.asked.get(`/changesets/${nothing}`));
        for (const id of world.changesets.filter((id) => !seen.has(id))) {
          const said = saidIn(await who.asked.get(`/changesets/${id}`), id);
          if (said !== none) found.push(`${who.name}: GET /changesets/${id} answers ${said}`);
        }
      }),
    );
    expect(found).toEqual([]);
  });

  it('where it is at a path', async () => {
    const found: string[] = [];
    await Promise.all(
      everybody.map(async (who) => {
        for (const path of world.paths.filter((path) => path.startsWith('/x'))) {
          const answer = await who.asked.get(`/paths${path}?with=ancestors`);
          if (answer.status < 400 && leaksIn(answer, world, who, '').length > 0)
            found.push(`${who.name}: GET /paths${path} answers ${answer.status}`);
          const none = path.replaceAll(/[^/]/g, 'n');
          const said = saidIn(answer).replaceAll(path, none);
          const other = saidIn(await who.asked.get(`/paths${none}?with=ancestors`));
          if (answer.status >= 400 && said !== other) found.push(`${who.name}: ${said}, and else ${other}`);
        }
      }),
    );
    expect(found).toEqual([]);
  });
});
