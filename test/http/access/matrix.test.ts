import { readRoutes, writeRoutes } from '../../../src/http/routes.js';
import { asking, issue, protect, publish, remove, type Asking } from '../../support/access.js';
import { bytesOf, upload } from '../../support/assets.js';
import { createPage, save, speaks, write } from '../../support/pages.js';
import { useServer, type Sending } from '../../support/server.js';
import { makeLadder } from '../ladders.js';
import { highest, kinds, places, rows, sight, states, type Kind, type State } from './table.js';

/** Documents that may have a file, at as many schema versions as `speaks` says. */
const rungs = makeLadder([
  `export default ({ declare }) => declare({
    title: 'Documents with files',
    types: {
      document: {
        type: 'object',
        properties: { title: { type: 'string' }, file: { type: 'string', 'x-reference': 'asset' } },
      },
    },
  });`,
  ...Array.from(
    { length: Number(speaks['schema-version']) - 1 },
    () => `export default ({ migration }) => migration({ title: 'Nothing' });`,
  ),
]);
const server = useServer({ PALIMPSEST_MIGRATIONS: rungs.path });
afterAll(() => {
  rungs.remove();
});

type Names = Readonly<Record<'ID' | 'FILE' | 'ROOT' | 'AT' | 'SLUG' | 'TOKEN' | 'CHANGESET' | 'NOW', string>>;

const named = new Map<string, Names>();
const everybody = new Map<Kind, Asking>();

/** An asset with two versions. */
async function makeFile(parent: string, name: string): Promise<string> {
  const { id } = await upload(server, bytesOf(10), `?name=${name}&parent=${parent}`);
  await write(server, 'PATCH', `/assets/${id}/content`, {
    headers: { ...speaks, 'if-match': '"v1"', 'content-type': 'application/merge-patch+json' },
    body: '{"alt":"a"}',
  });
  return id;
}

async function makePage(state: State, parent: string, file: string): Promise<string> {
  const content = { title: 'First', file };
  const { id } = await createPage(server, { slug: state.replace(' ', '-'), parent, content });
  await write(server, 'PUT', `/pages/${id}/labels/first`, { body: { version: 1 } });
  if (['published', 'changed', 'protected'].includes(state)) await publish(server, id);
  if (state === 'changed') await save(server, id, 1, { title: 'Second', file });
  if (state.startsWith('protected')) await protect(server, id);
  if (state === 'deleted') await remove(server, id);
  return id;
}

beforeAll(async () => {
  for (const place of places) {
    const ROOT = (await createPage(server, { slug: place })).id;
    await publish(server, ROOT);
    const TOKEN = (await issue(server, { role: 'render', path: `/${place}` })).id;
    for (const state of states) {
      const FILE = await makeFile(ROOT, `file-${state.replace(' ', '-')}`);
      const ID = await makePage(state, ROOT, FILE);
      const { json } = await server.request('GET', `/events?page=${ID}`);
      const CHANGESET = json.items[0]?.['changeset'] as string;
      named.set(`${state} ${place}`, {
        ...{ ID, FILE, ROOT, TOKEN, CHANGESET, AT: `/${place}`, SLUG: state.replace(' ', '-') },
        NOW: String(await server.position()),
      });
    }
  }
  const visitor = (await issue(server, { role: 'viewer', path: '/inside' })).secret;
  for (const kind of kinds) {
    const { rank, isInSection, hasVisitor = false } = kind;
    if (rank === 'nobody') {
      everybody.set(kind, asking(server, null));
      continue;
    }
    const path = isInSection ? { path: '/inside' } : {};
    const asked = asking(
      server,
      (await issue(server, { role: rank, delegates: hasVisitor, ...path })).secret,
    );
    const send: Asking['send'] = (method, to, sending = {}) =>
      asked.send(method, to, { ...sending, headers: { ...sending.headers, 'user-token': visitor } });
    everybody.set(kind, hasVisitor ? { ...asked, send } : asked);
  }
});

const routes = [
  ...readRoutes.map(({ operationId, path }) => ({ operationId, path, method: 'GET' })),
  ...writeRoutes.map(({ operationId, path, method }) => ({ operationId, path, method })),
];

test('Every route has a row, and every row a route', () => {
  expect(Object.keys(rows).sort()).toEqual(routes.map(({ operationId }) => operationId).sort());
});

test.each(routes)('$method $path answers everybody as the table says', async ({ operationId, method }) => {
  const wrong: string[] = [];
  for (const { path, sending, row } of rows[operationId] ?? []) {
    const template = JSON.stringify({ path, sending });
    const isOfPage = /\b(?:ID|FILE|SLUG|CHANGESET)\b/.test(template);
    for (const place of places)
      for (const state of isOfPage ? states : states.slice(0, 1)) {
        const names = named.get(`${state} ${place}`);
        const text = template.replaceAll(
          /ID\b|FILE\b|ROOT\b|AT\b|SLUG\b|TOKEN\b|CHANGESET\b|NOW\b/g,
          (name) => names?.[name as keyof Names] ?? name,
        );
        const asked = JSON.parse(text) as { readonly path: string; readonly sending?: Sending };
        const query = method === 'GET' ? '' : `${asked.path.includes('?') ? '&' : '?'}dryRun=true`;
        await Promise.all(
          kinds.map(async (kind) => {
            const answer = await everybody.get(kind)?.send(method, asked.path + query, asked.sending);
            const expected = row({ kind, state, place });
            if (answer?.status !== expected)
              wrong.push(
                `${kind.name}, ${state} ${place}: ${path} is ${answer?.status ?? 0}, not ${expected}: ${answer?.text.slice(0, 200) ?? ''}`,
              );
          }),
        );
      }
  }
  expect(wrong).toEqual([]);
});

test.each(places)('A page %s is listed and counted for those who see it', async (place) => {
  const wrong: string[] = [];
  for (const state of states)
    await Promise.all(
      kinds
        .filter((one) => highest(one) >= 1)
        .map(async (kind) => {
          const { ID = '', ROOT = '' } = named.get(`${state} ${place}`) ?? {};
          for (const query of [
            `ids=${ID}`,
            `ids=${ID}&parent=${ROOT}`,
            `ids=${ID}&sort=title&fields=/title`,
          ]) {
            const { json } = (await everybody.get(kind)?.send('GET', `/pages?count=true&${query}`)) ?? {
              json: undefined,
            };
            const one = { kind, state, place };
            const expected = sight(one) === 'nothing' || state === 'deleted' ? 0 : 1;
            if (json?.items.length !== expected || json['count'] !== expected)
              wrong.push(
                `${kind.name}, ${state}: ${query} has ${json?.items.length ?? -1}, counts ${String(json?.['count'])}`,
              );
            const version = state === 'changed' ? (sight(one) === 'all' ? 2 : 1) : 1;
            if (expected === 1 && json?.items[0]?.contentVersion !== version)
              wrong.push(`${kind.name}, ${state}: not ${version}`);
          }
        }),
    );
  expect(wrong).toEqual([]);
});
