import { writeRoutes } from '../../../src/http/routes.js';
import {
  hiddenPages,
  leaksIn,
  makeWorld,
  marks,
  nothing,
  prying,
  saidIn,
  type Prying,
  type World,
} from '../../support/hidden.js';
import { onTop, speaks } from '../../support/pages.js';
import { useServer, type Sending } from '../../support/server.js';

const server = useServer();

let world: World;
let everybody: readonly Prying[];

beforeAll(async () => {
  world = await makeWorld(server);
  everybody = await prying(server);
});

interface Try {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly sending?: Sending;
}

const guesses = [
  { ...speaks },
  onTop(1),
  onTop(2),
  { ...speaks, 'if-match': '*' },
  { ...speaks, 'if-match': '"v7-s1-p9"' },
];
const document = { type: 'document', content: { title: 'New' } };

/** Whatever can be done to a page. */
function toPage(id: string, { ids: { innerDraft } }: World): readonly Try[] {
  const at = (operationId: string, method: string, rest: string, sending: Sending = {}): Try => ({
    operationId,
    method,
    path: `/pages/${id}${rest}`,
    sending,
  });
  const patches = [
    '{"title":"x"}',
    '[{"op":"test","path":"/title","value":"x"}]',
    '[{"op":"remove","path":"/nowhere"}]',
    '{',
  ];
  return [
    ...guesses.flatMap((headers) => [
      at('saveContent', 'PUT', '/content', { headers, body: { title: 'x' } }),
      at('saveContent', 'PUT', '/content', { headers, body: '{"title":7,"blocks":3}' }),
      at('saveContent', 'PUT', '/content', { headers, body: '{' }),
      at('restorePage', 'POST', '/restore', { headers, body: { version: 1 } }),
      at('restorePage', 'POST', '/restore', { headers, body: { version: 99 } }),
      at('movePage', 'POST', '/move', { headers, body: { slug: 'x' } }),
      at('movePage', 'POST', '/move', { headers, body: { parent: innerDraft } }),
      at('movePage', 'POST', '/move', { headers, body: { parent: null } }),
      at('deletePage', 'DELETE', '', { headers }),
      ...patches.map((body) =>
        at('patchContent', 'PATCH', '/content', {
          headers: {
            ...headers,
            'content-type': `application/${body.startsWith('[') ? 'json' : 'merge'}-patch+json`,
          },
          body,
        }),
      ),
    ]),
    at('publishPage', 'POST', '/publish'),
    at('publishPage', 'POST', '/publish', { body: { version: 2 } }),
    at('publishPage', 'POST', '/publish', { body: { version: 99 } }),
    at('unpublishPage', 'POST', '/unpublish'),
    at('protectPage', 'PUT', '/protection'),
    at('unprotectPage', 'DELETE', '/protection'),
    at('undeletePage', 'POST', '/undelete'),
    at('labelVersion', 'PUT', `/labels/${marks.draft}`, { body: { version: 1 } }),
    at('labelVersion', 'PUT', '/labels/x', { body: { version: 99 } }),
    at('unlabelVersion', 'DELETE', `/labels/${marks.draft}`),
  ];
}

/** Whatever can be done to an asset. */
function toAsset(id: string): readonly Try[] {
  const at = (operationId: string, method: string, rest: string, sending: Sending = {}): Try => ({
    operationId,
    method,
    path: `/assets/${id}${rest}`,
    sending,
  });
  const file = (headers: object): Sending => ({
    headers: { ...headers, 'content-type': 'application/octet-stream' },
    body: 'bytes',
  });
  return [
    ...guesses.flatMap((headers) => [
      at('replaceFile', 'PUT', '/file?name=x', file(headers)),
      at('saveAssetContent', 'PUT', '/content', { headers, body: { alt: 'x' } }),
      at('patchAssetContent', 'PATCH', '/content', {
        headers: { ...headers, 'content-type': 'application/merge-patch+json' },
        body: '{"alt":"x"}',
      }),
      at('restoreAsset', 'POST', '/restore', { headers, body: { version: 1 } }),
      at('moveAsset', 'POST', '/move', { headers, body: { slug: 'x' } }),
      at('deleteAsset', 'DELETE', '', { headers }),
      at('deleteAsset', 'DELETE', '?force=true', { headers }),
    ]),
    at('undeleteAsset', 'POST', '/undelete'),
    ...['', `&slug=${marks.draft}`].map((slug): Try => ({
      operationId: 'createAsset',
      method: 'POST',
      path: `/assets?name=x&parent=${id}${slug}`,
      sending: file({}),
    })),
  ];
}

/** Writes in which a page is named, to be found out about. */
function namingPage(id: string, { ids: { inner, innerDraft } }: World): readonly Try[] {
  const create = (more: object): Try => ({
    operationId: 'createPage',
    method: 'POST',
    path: '/pages',
    sending: { headers: speaks, body: { ...document, ...more } },
  });
  const moveTo = (body: object): Try => ({
    operationId: 'movePage',
    method: 'POST',
    path: `/pages/${innerDraft}/move`,
    sending: { headers: onTop(1), body },
  });
  const batch = (...commands: object[]): Try => ({
    operationId: 'batch',
    method: 'POST',
    path: '/batch',
    sending: { headers: speaks, body: { commands } },
  });
  const page = `/pages/${id}`;
  const ifMatch = { 'If-Match': '"v1"' };
  const mine = { method: 'PUT', path: `/pages/${innerDraft}/labels/x`, body: { version: 1 } };
  return [
    ...[marks.draft, marks.gone, marks.guarded, 'free', ''].map((slug) => create({ parent: id, slug })),
    create({ parent: inner, slug: 'x', before: id }),
    create({ parent: inner, slug: 'x', after: id }),
    create({ parent: id, slug: 'x', content: { title: 7 } }),
    moveTo({ parent: id }),
    moveTo({ parent: id, slug: marks.draft }),
    moveTo({ before: id }),
    moveTo({ after: id }),
    batch({ method: 'PUT', path: `${page}/content`, headers: ifMatch, body: { title: 'x' } }),
    batch(mine, { method: 'PUT', path: `${page}/content`, headers: ifMatch, body: { title: 'x' } }),
    batch({ method: 'DELETE', path: page, headers: { 'If-Match': '"v9"' } }),
    batch({ method: 'POST', path: `${page}/publish` }),
    batch({ method: 'POST', path: `${page}/undelete` }),
    batch({ method: 'PUT', path: `${page}/protection` }),
    batch({ method: 'PUT', path: `${page}/labels/${marks.draft}`, body: { version: 2 } }),
    batch({ method: 'POST', path: '/pages', body: { ...document, parent: id, slug: marks.draft } }),
    batch({
      method: 'PATCH',
      path: `${page}/content`,
      headers: { ...ifMatch, 'Content-Type': 'application/json-patch+json' },
      body: [{ op: 'test', path: '/title', value: marks.draft }],
    }),
  ];
}

/** Writes that name a token or a grant. */
function namingAccess(id: string): readonly Try[] {
  const body = { principal: { kind: 'token', id }, role: 'render', path: '/ours/inner' };
  return [
    { operationId: 'revokeToken', method: 'DELETE', path: `/tokens/${id}` },
    { operationId: 'revokeGrant', method: 'DELETE', path: `/grants/${id}` },
    { operationId: 'giveGrant', method: 'POST', path: '/grants', sending: { body } },
  ];
}

/** Writes that name a path. */
function namingPath(path: string): readonly Try[] {
  const group = { kind: 'group', issuer: 'https://login.example', group: 'x' };
  return ['editor', 'admin'].flatMap((role) => [
    { operationId: 'createToken', method: 'POST', path: '/tokens', sending: { body: { role, path } } },
    {
      operationId: 'giveGrant',
      method: 'POST',
      path: '/grants',
      sending: { body: { principal: group, role, path } },
    },
  ]);
}

const ofPeople: readonly Try[] = ['block', 'unblock'].map((what) => ({
  operationId: `${what}Person`,
  method: 'POST',
  path: `/people/${what}`,
  sending: { body: { issuer: 'https://login.example', subject: marks.name } },
}));

/** As a dry run, and where nothing can come of it for real. */
async function said(
  who: Prying,
  { method, path, sending }: Try,
  about: string,
  found: string[],
  isDry: boolean,
) {
  const dry = `${path}${path.includes('?') ? '&' : '?'}dryRun=true`;
  const answer = await who.asked.send(method, isDry ? dry : path, sending);
  const request = `${path} ${JSON.stringify(sending ?? {})}`;
  for (const leak of leaksIn(answer, world, who, request))
    found.push(`${who.name}: ${method} ${request} answers ${answer.status} with ${leak}`);
  return saidIn(answer, about);
}

/** That about something hidden the same is said as about what is not there, in a dry run or not; nothing comes of it. */
async function expectSame(
  hiddenFrom: (who: Prying) => readonly string[],
  none: string,
  tries: (about: string) => readonly Try[],
): Promise<void> {
  const found: string[] = [];
  const before = await server.position();
  await Promise.all(
    everybody.map(async (who) => {
      const expected: string[] = [];
      for (const one of tries(none)) expected.push(await said(who, one, none, found, true));
      for (const [turn, about] of hiddenFrom(who).entries())
        for (const [index, one] of tries(about).entries()) {
          const answer = await said(who, one, about, found, (turn + index) % 2 === 0);
          if (answer !== expected[index])
            found.push(
              `${who.name}: ${one.method} ${one.path} ${JSON.stringify(one.sending)} answers ${answer}, and else ${expected[index] ?? ''}`,
            );
        }
    }),
  );
  expect(found).toEqual([]);
  expect(await server.position()).toBe(before);
}

test('Every route that writes is tried', () => {
  const tried = [
    ...toPage(nothing, world),
    ...toAsset(nothing),
    ...namingPage(nothing, world),
    ...namingAccess(nothing),
    ...namingPath('/ours'),
    ...ofPeople,
  ].map(({ operationId }) => operationId);
  expect([...new Set(tried)].sort()).toEqual(writeRoutes.map(({ operationId }) => operationId).sort());
});

describe('A write to what is hidden is refused like one to what is not there', () => {
  it('by its id', async () => {
    await expectSame(
      (who) => hiddenPages(world, who),
      nothing,
      (id) => [...toPage(id, world), ...toAsset(id)],
    );
  });

  it('where it is named', async () => {
    await expectSame(
      (who) => hiddenPages(world, who),
      nothing,
      (id) => namingPage(id, world),
    );
  });

  it('where it is a token or a grant', async () => {
    await expectSame(
      ({ hidden }) =>
        hidden.includes('name') && hidden.includes('foreign') ? [...world.tokens, ...world.grants] : [],
      nothing,
      namingAccess,
    );
  });

  it('where it is at a path', async () => {
    const paths = world.paths.filter((path) => path.startsWith(`/${marks.foreign}/`) && !path.endsWith('/'));
    await expectSame(({ hidden }) => (hidden.includes('foreign') ? paths : []), '/n/n', namingPath);
  });

  it('where it is a person', async () => {
    const found: string[] = [];
    await Promise.all(
      everybody.map(async (who) => {
        for (const one of ofPeople) await said(who, one, nothing, found, true);
      }),
    );
    expect(found).toEqual([]);
  });
});

test('What is done to pages that are seen tells of no others', async () => {
  const found: string[] = [];
  await Promise.all(
    everybody.map(async (who) => {
      const hidden = new Set(hiddenPages(world, who));
      for (const id of Object.values(world.ids).filter((id) => !hidden.has(id)))
        for (const one of toPage(id, world)) await said(who, one, nothing, found, true);
    }),
  );
  expect(found).toEqual([]);
});
