import type { Sending } from '../../support/server.js';
import { speaks } from '../../support/pages.js';

export const states = ['draft', 'published', 'changed', 'deleted', 'protected', 'protected draft'] as const;
export const places = ['inside', 'outside'] as const;
const ranks = ['metrics', 'render', 'viewer', 'editor', 'publisher', 'admin'] as const;

export type State = (typeof states)[number];
type Place = (typeof places)[number];
type Rank = (typeof ranks)[number];

/** Who asks: with a role in the whole site or in the section; `visitor` views the section, for whom a server asks. */
export interface Kind {
  readonly name: string;
  readonly rank: Rank | 'nobody';
  readonly isInSection: boolean;
  readonly hasVisitor?: boolean;
}

export const kinds: readonly Kind[] = [
  { name: 'nobody', rank: 'nobody', isInSection: false },
  ...ranks.map((rank): Kind => ({ name: rank, rank, isInSection: false })),
  ...ranks.slice(1).map((rank): Kind => ({ name: `${rank} of the section`, rank, isInSection: true })),
  { name: 'visitor', rank: 'render', isInSection: false, hasVisitor: true },
];

export interface Case {
  readonly kind: Kind;
  readonly state: State;
  readonly place: Place;
}

const levels = { nobody: -1, metrics: 0, render: 1, viewer: 2, editor: 3, publisher: 4, admin: 5 } as const;
export const highest = ({ rank }: Kind): number => levels[rank];
/** Of the whole site. */
const whole = (kind: Kind): number => (kind.isInSection ? 0 : highest(kind));

function levelOf({ kind, place }: Pick<Case, 'kind' | 'place'>): number {
  if (kind.isInSection && place === 'outside') return 0;
  return kind.hasVisitor && place === 'inside' ? levels.viewer : highest(kind);
}

/** What is told of the page: all, what is published, or nothing. */
export function sight(one: Case): 'all' | 'published' | 'nothing' {
  const level = levelOf(one);
  if (level >= levels.editor) return 'all';
  const least = { published: 1, changed: 1, protected: 2 }[one.state as string] ?? Infinity;
  return level >= least ? 'published' : 'nothing';
}

type Row = (one: Case) => number;

const known =
  (status: Row): Row =>
  (one) =>
    one.kind.rank === 'nobody' ? 401 : status(one);
const anybody: Row = () => 200;
const reader: Row = known(({ kind }) => (highest(kind) >= 1 ? 200 : 404));
const staff: Row = known(({ kind }) => (highest(kind) >= 3 ? 200 : 404));
/** Of what administrators read: the others of the staff know that it is there. */
const administering = (isTheirs: Row): Row =>
  known((one) => (highest(one.kind) < 3 ? 404 : highest(one.kind) < 5 ? 403 : isTheirs(one)));
const page: Row = known((one) => (sight(one) === 'nothing' || one.state === 'deleted' ? 404 : 200));
const past: Row = known((one) => (sight(one) === 'all' && one.state !== 'deleted' ? 200 : 404));

/** Of an asset that is in the page's part of the site, and that the page refers to: seen by who sees all of that part, or the page as published. */
const ofAsset: Row = known((one) => {
  if (levelOf(one) >= levels.editor) return 200;
  return sight(one) === 'published' && one.state !== 'deleted' ? 200 : 404;
});
const pastOfAsset: Row = known((one) => (levelOf(one) >= levels.editor ? 200 : 404));

const isShown = ({ state }: Case): boolean => ['published', 'changed', 'protected'].includes(state);

/** A write of the page. `ofShown`: what it takes where the page is published. */
const writing = (
  least: Rank,
  accepted: number,
  {
    ofShown = least,
    ofDeleted = 409,
    ofOthers = accepted,
  }: { ofShown?: Rank; ofDeleted?: number; ofOthers?: number } = {},
): Row =>
  known((one) => {
    if (highest(one.kind) < levels[least]) return 403;
    if (sight(one) === 'nothing') return 404;
    if (levelOf(one) < levels[isShown(one) ? ofShown : least]) return 403;
    return one.state === 'deleted' ? ofDeleted : ofOthers;
  });

/** A write of that asset: what readers see of it takes a publisher. */
const writingAsset = (accepted: number): Row =>
  known((one) => {
    if (highest(one.kind) < levels.editor) return 403;
    if (levelOf(one) < levels.editor) return 404;
    return isShown(one) && levelOf(one) < levels.publisher ? 403 : accepted;
  });

/** A write for which administrators name a path, a token or a grant. */
const administered = (accepted: number): Row =>
  known((one) => (highest(one.kind) < 5 ? 403 : levelOf(one) < 5 ? 404 : accepted));
const ofWhole: Row = known(({ kind }) => (whole(kind) < 5 ? 403 : 200));

interface Asked {
  readonly path: string;
  readonly sending?: Sending;
  readonly row: Row;
}

const body = (members: object): Sending => ({ headers: speaks, body: members });
const top = (members?: object): Sending => ({
  headers: { 'if-match': '"v1", "v2"', ...speaks },
  ...(members && { body: members }),
});
const file: Sending = { headers: { 'content-type': 'application/octet-stream' }, body: 'the bytes' };
const ofFile: Sending = { ...file, headers: { ...file.headers, 'if-match': '"v1", "v2"' } };
const group = { kind: 'group', issuer: 'https://login.example', group: 'a' };
const person = body({ issuer: 'https://login.example', subject: 's' });

/** What is asked of each route, and what is answered. ID: the page; ROOT: the page above it, at AT; the others go with it. */
export const rows: Readonly<Record<string, readonly Asked[]>> = {
  listPages: [
    { path: '/pages', row: reader },
    { path: '/pages?ids=ID&count=true', row: reader },
  ],
  findPage: [
    { path: '/pages/ID', row: page },
    { path: '/pages/ID?with=ancestors', row: page },
    { path: '/pages/ID?asOf=NOW', row: past },
  ],
  findContent: [{ path: '/pages/ID/content', row: page }],
  listVersions: [{ path: '/pages/ID/versions', row: past }],
  findVersion: [{ path: '/pages/ID/versions/1', row: page }],
  diffVersions: [{ path: '/pages/ID/diff?from=1', row: past }],
  listReferences: [{ path: '/pages/ID/references', row: page }],
  listReferrers: [{ path: '/pages/ID/referrers', row: page }],
  findPath: [{ path: '/pathsAT/SLUG', row: page }],
  findTree: [
    { path: '/tree', row: reader },
    { path: '/tree?root=ID', row: page },
  ],
  listChangesets: [{ path: '/changesets', row: staff }],
  findChangeset: [{ path: '/changesets/CHANGESET', row: known((one) => (levelOf(one) >= 3 ? 200 : 404)) }],
  listEvents: [
    { path: '/events', row: reader },
    { path: '/events?page=ID', row: reader },
    // The feed is for whoever asks, and for no visitor of theirs.
    {
      path: '/events?path=AT/SLUG',
      row: (one) => page({ ...one, kind: { ...one.kind, hasVisitor: false } }),
    },
  ],
  listTokens: [{ path: '/tokens', row: administering(() => 200) }],
  listGrants: [{ path: '/grants', row: administering(() => 200) }],
  findAccess: [{ path: '/pages/ID/access', row: administering((one) => (levelOf(one) >= 5 ? 200 : 404)) }],
  listPeople: [{ path: '/people', row: administering(({ kind }) => (whole(kind) >= 5 ? 200 : 403)) }],
  listSchemaVersions: [{ path: '/schema', row: reader }],
  findSchema: [{ path: '/schema/1', row: reader }],
  isAlive: [{ path: '/healthz', row: anybody }],
  isReady: [{ path: '/readyz', row: anybody }],
  findSystem: [{ path: '/system', row: staff }],
  getMetrics: [
    {
      path: '/metrics',
      row: known(({ kind }) =>
        kind.rank === 'metrics' || whole(kind) >= 5 ? 200 : highest(kind) < 3 ? 404 : 403,
      ),
    },
  ],
  getDocs: [{ path: '/docs', row: anybody }],
  getDocsFile: [{ path: '/docs/viewer.js', row: anybody }],
  getOpenApi: [{ path: '/openapi.json', row: reader }],
  findMe: [{ path: '/me', row: known(anybody) }],
  findSession: [{ path: '/session', row: known(anybody) }],
  createPage: [
    {
      path: '/pages',
      sending: body({ type: 'document', content: { title: 'a' }, parent: 'ROOT', slug: 'new' }),
      row: known((one) => (highest(one.kind) < 3 ? 403 : levelOf(one) < 3 ? 409 : 201)),
    },
    {
      path: '/pages',
      sending: body({ type: 'document', content: { title: 'a' } }),
      row: known(({ kind }) => (whole(kind) < 3 ? 403 : 201)),
    },
  ],
  saveContent: [{ path: '/pages/ID/content', sending: top({ title: 'b' }), row: writing('editor', 200) }],
  patchContent: [
    {
      path: '/pages/ID/content',
      sending: {
        headers: { ...top().headers, 'content-type': 'application/merge-patch+json' },
        body: '{"title":"b"}',
      },
      row: writing('editor', 200),
    },
  ],
  restorePage: [{ path: '/pages/ID/restore', sending: top({ version: 1 }), row: writing('editor', 200) }],
  movePage: [
    {
      path: '/pages/ID/move',
      sending: top({ slug: 'else' }),
      row: writing('editor', 200, { ofShown: 'publisher' }),
    },
  ],
  deletePage: [{ path: '/pages/ID', sending: top(), row: writing('editor', 204, { ofShown: 'publisher' }) }],
  undeletePage: [
    { path: '/pages/ID/undelete', row: writing('editor', 409, { ofShown: 'publisher', ofDeleted: 200 }) },
  ],
  publishPage: [{ path: '/pages/ID/publish', row: writing('publisher', 200) }],
  unpublishPage: [{ path: '/pages/ID/unpublish', row: writing('publisher', 200) }],
  protectPage: [{ path: '/pages/ID/protection', row: writing('publisher', 200) }],
  unprotectPage: [{ path: '/pages/ID/protection', row: writing('publisher', 204) }],
  labelVersion: [{ path: '/pages/ID/labels/l', sending: body({ version: 1 }), row: writing('editor', 200) }],
  unlabelVersion: [{ path: '/pages/ID/labels/first', row: writing('editor', 204) }],
  batch: [
    {
      path: '/batch',
      sending: body({ commands: [{ method: 'PUT', path: '/pages/ID/labels/l', body: { version: 1 } }] }),
      row: writing('editor', 200),
    },
  ],
  listAssets: [{ path: '/assets', row: staff }],
  findAsset: [
    { path: '/assets/FILE', row: ofAsset },
    { path: '/assets/FILE?asOf=NOW', row: pastOfAsset },
    { path: '/assets/ID', row: known(() => 404) },
  ],
  listAssetVersions: [{ path: '/assets/FILE/versions', row: pastOfAsset }],
  findAssetVersion: [
    { path: '/assets/FILE/versions/1', row: pastOfAsset },
    { path: '/assets/FILE/versions/2', row: ofAsset },
  ],
  findFile: [
    { path: '/assets/FILE/file', row: ofAsset },
    { path: '/assets/FILE/file?asOf=NOW', row: pastOfAsset },
  ],
  findFileOfVersion: [{ path: '/assets/FILE/versions/1/file', row: pastOfAsset }],
  findFileLink: [{ path: '/assets/FILE/link', row: ofAsset }],
  listAssetReferrers: [{ path: '/assets/FILE/referrers', row: ofAsset }],
  createAsset: [
    {
      path: '/assets?name=new&parent=ROOT',
      sending: file,
      row: known((one) => (highest(one.kind) < 3 ? 403 : levelOf(one) < 3 ? 409 : 201)),
    },
    { path: '/assets?name=new', sending: file, row: known(({ kind }) => (whole(kind) < 3 ? 403 : 201)) },
  ],
  replaceFile: [{ path: '/assets/FILE/file?name=new', sending: ofFile, row: writingAsset(200) }],
  saveAssetContent: [{ path: '/assets/FILE/content', sending: top({ alt: 'b' }), row: writingAsset(200) }],
  patchAssetContent: [
    {
      path: '/assets/FILE/content',
      sending: {
        headers: { ...top().headers, 'content-type': 'application/merge-patch+json' },
        body: '{"alt":"b"}',
      },
      row: writingAsset(200),
    },
  ],
  restoreAsset: [{ path: '/assets/FILE/restore', sending: top({ version: 1 }), row: writingAsset(200) }],
  moveAsset: [{ path: '/assets/FILE/move', sending: top({ slug: 'else' }), row: writingAsset(200) }],
  deleteAsset: [{ path: '/assets/FILE?force=true', sending: top(), row: writingAsset(204) }],
  undeleteAsset: [{ path: '/assets/FILE/undelete', row: writingAsset(409) }],
  createToken: [{ path: '/tokens', sending: body({ role: 'render', path: 'AT' }), row: administered(201) }],
  revokeToken: [{ path: '/tokens/TOKEN', row: administered(204) }],
  giveGrant: [
    {
      path: '/grants',
      sending: body({ principal: group, role: 'render', path: 'AT' }),
      row: administered(201),
    },
    {
      path: '/grants',
      sending: body({ principal: group, role: 'render' }),
      row: known(({ kind }) => (whole(kind) < 5 ? 403 : 201)),
    },
  ],
  revokeGrant: [{ path: '/grants/TOKEN', row: administered(204) }],
  blockPerson: [{ path: '/people/block', sending: person, row: ofWhole }],
  unblockPerson: [{ path: '/people/unblock', sending: person, row: ofWhole }],
};
