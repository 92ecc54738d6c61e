import { png, upload } from '../support/assets.js';
import { roles, type Role } from '../../src/events/role.js';
import { readRoutes, sessionRoutes, writeRoutes } from '../../src/http/routes.js';
import { createPage, onTop, save, speaks, tokenFor, write } from '../support/pages.js';
import { useServer, type Sending } from '../support/server.js';

const server = useServer();

type Statuses = readonly [
  metrics: number,
  render: number,
  viewer: number,
  editor: number,
  publisher: number,
  admin: number,
];

interface Row {
  /** ID: a draft. SHOWN: a published page, which is at version 2 of which readers see the first. */
  readonly path: string;
  readonly sending?: Sending;
  readonly statuses: Statuses;
}

/** Whoever only measures: nothing else is there. */
const all = (status: number, ofMetrics = 404): Statuses => [
  ofMetrics,
  status,
  status,
  status,
  status,
  status,
];
const anybody: Statuses = [200, 200, 200, 200, 200, 200];
const staff: Statuses = [404, 404, 404, 200, 200, 200];
const editors = (status = 200): Statuses => [403, 403, 403, status, status, status];
const publishers = (status = 200): Statuses => [403, 403, 403, 403, status, status];
const admins = (status: number): Statuses => [403, 403, 403, 403, 403, status];

const file = (headers: Readonly<Record<string, string>> = {}): Sending => ({
  headers: { ...headers, 'content-type': 'application/octet-stream' },
  body: 'the bytes',
});

/** What is read for administrators alone. */
const ownAdmins: Statuses = [404, 404, 404, 403, 403, 200];

/** What each role is answered by each route, by operation. Nothing is written: writes are dry runs. */
const rows: Readonly<Record<string, readonly Row[]>> = {
  listPages: [{ path: '/pages', statuses: all(200) }],
  findPage: [
    { path: '/pages/ID', statuses: staff },
    { path: '/pages/SHOWN', statuses: all(200) },
    { path: '/pages/SHOWN?version=2', statuses: staff },
    { path: '/pages/SHOWN?asOf=1', statuses: all(404) },
  ],
  findContent: [
    { path: '/pages/ID/content', statuses: staff },
    { path: '/pages/SHOWN/content', statuses: all(200) },
  ],
  listReferences: [
    { path: '/pages/ID/references', statuses: staff },
    { path: '/pages/SHOWN/references', statuses: all(200) },
    { path: '/pages/SHOWN/references?asOf=1', statuses: all(400) },
  ],
  listReferrers: [
    { path: '/pages/ID/referrers', statuses: staff },
    { path: '/pages/SHOWN/referrers', statuses: all(200) },
    { path: '/pages/SHOWN/referrers?asOf=1', statuses: all(400) },
  ],
  listVersions: [{ path: '/pages/SHOWN/versions', statuses: staff }],
  findVersion: [
    { path: '/pages/SHOWN/versions/1', statuses: all(200) },
    { path: '/pages/SHOWN/versions/2', statuses: staff },
  ],
  diffVersions: [{ path: '/pages/SHOWN/diff?from=1&to=2', statuses: staff }],
  findPath: [
    { path: '/paths/shown', statuses: all(200) },
    { path: '/paths/draft', statuses: staff },
  ],
  listAssets: [{ path: '/assets', statuses: staff }],
  findAsset: [{ path: '/assets/FILE', statuses: staff }],
  listAssetVersions: [{ path: '/assets/FILE/versions', statuses: staff }],
  findAssetVersion: [{ path: '/assets/FILE/versions/1', statuses: staff }],
  findFile: [
    { path: '/assets/FILE/file', statuses: staff },
    { path: '/assets/FILE/file?link=x', statuses: staff },
  ],
  findFileOfVersion: [{ path: '/assets/FILE/versions/1/file', statuses: staff }],
  findFileLink: [{ path: '/assets/FILE/link', statuses: staff }],
  listAssetReferrers: [{ path: '/assets/FILE/referrers', statuses: staff }],
  createAsset: [{ path: '/assets', sending: file(), statuses: editors(201) }],
  replaceFile: [
    { path: '/assets/FILE/file', sending: file({ 'if-match': '"v1"' }), statuses: editors() },
    { path: '/assets/FILE/file', sending: file(), statuses: editors(428) },
    { path: '/assets/SHOWN/file', sending: file({ 'if-match': '"v2"' }), statuses: editors(404) },
  ],
  saveAssetContent: [
    { path: '/assets/FILE/content', sending: { headers: onTop(1), body: {} }, statuses: editors() },
  ],
  patchAssetContent: [
    {
      path: '/assets/FILE/content',
      sending: {
        headers: { ...onTop(1), 'content-type': 'application/merge-patch+json' },
        body: '{"alt":"a"}',
      },
      statuses: editors(),
    },
  ],
  restoreAsset: [
    {
      path: '/assets/FILE/restore',
      sending: { headers: onTop(1), body: { version: 1 } },
      statuses: editors(),
    },
  ],
  moveAsset: [
    {
      path: '/assets/FILE/move',
      sending: { headers: onTop(1), body: { slug: 'file' } },
      statuses: editors(),
    },
  ],
  deleteAsset: [{ path: '/assets/FILE', sending: { headers: onTop(1) }, statuses: editors(204) }],
  undeleteAsset: [{ path: '/assets/FILE/undelete', statuses: editors(409) }],
  findTree: [{ path: '/tree', statuses: all(200) }],
  listChangesets: [{ path: '/changesets', statuses: staff }],
  findChangeset: [{ path: '/changesets/00000000-0000-4000-8000-000000000000', statuses: all(404) }],
  listEvents: [{ path: '/events', statuses: all(200) }],
  listTokens: [{ path: '/tokens', statuses: ownAdmins }],
  listSchemaVersions: [{ path: '/schema', statuses: all(200) }],
  findSchema: [{ path: '/schema/1', statuses: all(200) }],
  isAlive: [{ path: '/healthz', statuses: anybody }],
  isReady: [{ path: '/readyz', statuses: anybody }],
  findSystem: [{ path: '/system', statuses: staff }],
  getMetrics: [{ path: '/metrics', statuses: [200, 404, 404, 403, 403, 200] }],
  getDocs: [{ path: '/docs', statuses: anybody }],
  getDocsFile: [{ path: '/docs/viewer.js', statuses: anybody }],
  getOpenApi: [{ path: '/openapi.json', statuses: all(200) }],
  createPage: [
    {
      path: '/pages',
      sending: { headers: speaks, body: { type: 'document', content: { title: 'a' } } },
      statuses: editors(201),
    },
  ],
  saveContent: [
    {
      path: '/pages/SHOWN/content',
      sending: { headers: onTop(2), body: { title: 'b' } },
      statuses: editors(),
    },
  ],
  patchContent: [
    {
      path: '/pages/SHOWN/content',
      sending: {
        headers: { ...onTop(2), 'content-type': 'application/merge-patch+json' },
        body: '{"title":"b"}',
      },
      statuses: editors(),
    },
  ],
  restorePage: [
    {
      path: '/pages/SHOWN/restore',
      sending: { headers: onTop(2), body: { version: 1 } },
      statuses: editors(),
    },
  ],
  movePage: [
    { path: '/pages/ID/move', sending: { headers: onTop(1), body: { slug: 'else' } }, statuses: editors() },
    {
      path: '/pages/SHOWN/move',
      sending: { headers: onTop(2), body: { slug: 'else' } },
      statuses: publishers(),
    },
  ],
  protectPage: [{ path: '/pages/ID/protection', statuses: publishers() }],
  unprotectPage: [{ path: '/pages/SHOWN/protection', statuses: publishers(204) }],
  publishPage: [{ path: '/pages/ID/publish', statuses: publishers() }],
  unpublishPage: [{ path: '/pages/SHOWN/unpublish', statuses: publishers() }],
  labelVersion: [{ path: '/pages/ID/labels/final', sending: { body: { version: 1 } }, statuses: editors() }],
  unlabelVersion: [{ path: '/pages/SHOWN/labels/first', statuses: editors(204) }],
  deletePage: [
    { path: '/pages/ID', sending: { headers: onTop(1) }, statuses: editors(204) },
    { path: '/pages/SHOWN', sending: { headers: onTop(2) }, statuses: publishers(204) },
  ],
  undeletePage: [{ path: '/pages/GONE/undelete', statuses: editors() }],
  batch: [
    {
      path: '/batch',
      sending: {
        headers: speaks,
        body: { commands: [{ method: 'PUT', path: '/pages/ID/labels/final', body: { version: 1 } }] },
      },
      statuses: editors(),
    },
    {
      path: '/batch',
      sending: { headers: speaks, body: { commands: [{ method: 'POST', path: '/pages/ID/publish' }] } },
      statuses: publishers(),
    },
  ],
  createToken: [{ path: '/tokens', sending: { body: { role: 'render' } }, statuses: admins(201) }],
  revokeToken: [{ path: '/tokens/TOKEN', statuses: admins(204) }],
  findMe: [{ path: '/me', statuses: anybody }],
  findSession: [{ path: '/session', statuses: anybody }],
  beginSignIn: [{ path: '/session/sign-in', statuses: all(404, 404) }],
  completeSignIn: [{ path: '/session/callback', statuses: all(401, 401) }],
  exchangeCode: [{ path: '/session', sending: { body: { code: 'x' } }, statuses: all(401, 401) }],
  endSession: [{ path: '/session', statuses: all(204, 204) }],
  listGrants: [{ path: '/grants', statuses: ownAdmins }],
  giveGrant: [
    {
      path: '/grants',
      sending: {
        body: { principal: { kind: 'group', issuer: 'https://login.example', group: 'a' }, role: 'editor' },
      },
      statuses: admins(201),
    },
  ],
  revokeGrant: [{ path: '/grants/TOKEN', statuses: admins(204) }],
  findAccess: [
    { path: '/pages/SHOWN/access', statuses: ownAdmins },
    { path: '/pages/ID/access', statuses: ownAdmins },
  ],
  listPeople: [{ path: '/people', statuses: ownAdmins }],
  blockPerson: [
    {
      path: '/people/block',
      sending: { body: { issuer: 'https://login.example', subject: 's' } },
      statuses: admins(200),
    },
  ],
  unblockPerson: [
    {
      path: '/people/unblock',
      sending: { body: { issuer: 'https://login.example', subject: 's' } },
      statuses: admins(200),
    },
  ],
};

const routes = [
  ...readRoutes.map(({ operationId, path }) => ({ operationId, path, method: 'GET' })),
  ...sessionRoutes.map(({ operationId, path, method }) => ({ operationId, path, method })),
  ...writeRoutes.map(({ operationId, path, method }) => ({ operationId, path, method })),
];

let names: Readonly<Record<string, string>>;
let tokens: Readonly<Record<Role, string>>;

beforeAll(async () => {
  const draft = await createPage(server, { slug: 'draft' });
  const shown = await createPage(server, { slug: 'shown' });
  await write(server, 'POST', `/pages/${shown.id}/publish`);
  await write(server, 'PUT', `/pages/${shown.id}/labels/first`, { body: { version: 1 } });
  await save(server, shown.id, 1, { title: 'Second' });
  const gone = await createPage(server);
  await write(server, 'DELETE', `/pages/${gone.id}`, { headers: onTop(1) });
  const made = await Promise.all(roles.map(async (role) => [role, await tokenFor(server, role)] as const));
  tokens = Object.fromEntries(made) as Record<Role, string>;
  const { json } = await server.request('GET', '/tokens');
  const token = json.items.at(-1)?.id ?? '';
  const asset = await upload(server, png);
  names = { ID: draft.id, SHOWN: shown.id, GONE: gone.id, TOKEN: token, FILE: asset.id };
});

test('No two routes are the same, and every row is a route’s', () => {
  expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(routes.length);
  expect(Object.keys(rows).sort()).toEqual(routes.map(({ operationId }) => operationId).sort());
});

test.each(routes)('$method $path answers each role as it should', async ({ operationId, method }) => {
  const named = (text: string): string =>
    text.replace(/\b(ID|SHOWN|GONE|TOKEN|FILE)\b/g, (name) => names[name] ?? name);
  for (const { path, sending = {}, statuses } of rows[operationId] ?? []) {
    const query = method === 'GET' ? '' : '?dryRun=true';
    const body =
      typeof sending.body === 'object'
        ? (JSON.parse(named(JSON.stringify(sending.body))) as object)
        : sending.body;
    const found: number[] = [];
    for (const role of roles) {
      const sent = { ...sending, token: tokens[role], ...(body !== undefined && { body }) };
      found.push((await server.request(method, named(path) + query, sent)).status);
    }
    expect([path, ...found]).toEqual([path, ...statuses]);
  }
});
