import { asking, issue, move, protect, publish, remove, type Asking } from './access.js';
import { upload } from './assets.js';
import { ladder } from './ladder.js';
import { onTop, speaks, write } from './pages.js';
import { adminSecret, type Answer, type Server } from './server.js';

/** Words that stand in what is hidden from some, by what that is. */
export const marks = {
  /** Drafts, and newer versions of what is published. */
  draft: 'xdraftx',
  gone: 'xgonex',
  guarded: 'xguardedx',
  /** Published, outside the section. */
  foreign: 'xforeignx',
  /** Names of tokens, people and groups that have to do with the other section. */
  name: 'xnamex',
  /** Who wrote there. */
  author: 'xauthorx',
  comment: 'xcommentx',
  /** The page right above the inner section. */
  above: 'xabovex',
  /** For viewers of the section alone. */
  guardedInside: 'xinsidex',
} as const;

export type Mark = keyof typeof marks;

export const nothing = '00000000-0000-4000-8000-000000000000';

/** Pages by what they are, and what else there is to be asked for. */
export interface World {
  readonly ids: Readonly<Record<PageName, string>>;
  readonly paths: readonly string[];
  readonly tokens: readonly string[];
  readonly grants: readonly string[];
  readonly changesets: readonly string[];
  /** Moments in the log: positions, and a time. */
  readonly moments: readonly string[];
}

const pageNames = [
  'ours',
  'inner',
  'innerDraft',
  'insideGuarded',
  'foreign',
  'changed',
  'draft',
  'gone',
  'goneChild',
  'guarded',
  'guardedChild',
  'guardedDraft',
  'chunk',
  'chunkDraft',
  'came',
  'left',
  'file',
] as const;

export type PageName = (typeof pageNames)[number];

/** Those whose marks a page has: to whom one of them is hidden the page is. */
export const marksOf: Readonly<Record<PageName, readonly Mark[]>> = {
  ours: ['above'],
  inner: [],
  innerDraft: [],
  insideGuarded: ['guardedInside'],
  foreign: ['foreign'],
  changed: ['foreign'],
  draft: ['draft'],
  gone: ['gone'],
  goneChild: ['gone'],
  guarded: ['guarded'],
  guardedChild: ['guarded'],
  guardedDraft: ['draft'],
  chunk: ['foreign'],
  chunkDraft: ['draft'],
  came: [],
  left: ['draft'],
  file: ['draft'],
};

/** Given: /ours/inner, and everything else that may not be told. */
export async function makeWorld(server: Server): Promise<World> {
  const moments: string[] = [];
  const mark = async () => moments.push(String(await server.position()));
  const page = async (text: string, more: object, token = adminSecret, comment?: string): Promise<string> => {
    const content = { title: text, body: `the body of ${text}` };
    const body = { type: 'document', content, ...(comment !== undefined && { comment }), ...more };
    return (await write(server, 'POST', '/pages', { headers: speaks, body, token })).json.id;
  };
  const ours = await page(marks.above, { slug: 'ours' }, adminSecret, marks.above);
  const inner = await page('inner', { slug: 'inner', parent: ours });
  const innerDraft = await page('inner draft', { slug: 'inner-draft', parent: inner });
  const insideGuarded = await page(marks.guardedInside, { slug: marks.guardedInside, parent: inner });
  const left = await page('leaves', { slug: 'leaves', parent: inner });
  const foreign = await page(marks.foreign, { slug: marks.foreign });
  for (const id of [ours, inner, insideGuarded, foreign]) await publish(server, id);
  await protect(server, insideGuarded);
  await mark();
  moments.push(new Date().toISOString());
  const author = await issue(server, { role: 'admin', path: `/${marks.foreign}`, name: marks.author });
  const theirs = async (text: string, parent: string): Promise<string> =>
    page(text, { slug: text, parent }, author.secret, `${marks.comment} ${text}`);
  const changed = await theirs(`${marks.foreign}-changed`, foreign);
  const draft = await theirs(marks.draft, foreign);
  const gone = await theirs(marks.gone, foreign);
  const goneChild = await theirs(`${marks.gone}-child`, gone);
  const guarded = await theirs(marks.guarded, foreign);
  const guardedChild = await theirs(`${marks.guarded}-child`, guarded);
  const guardedDraft = await theirs(`${marks.draft}-guarded`, guarded);
  const chunk = await page(marks.foreign, {});
  const chunkDraft = await page(marks.draft, {}, adminSecret, marks.comment);
  const asset = await upload(
    server,
    Buffer.from(`the file of ${marks.draft}`),
    `?name=${marks.draft}.txt&parent=${foreign}`,
  );
  await write(server, 'PATCH', `/assets/${asset.id}/content`, {
    headers: { ...onTop(1), comment: marks.comment, 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({ alt: marks.draft }),
  });
  const came = await page('comes', { slug: `${marks.foreign}-comes`, parent: foreign });
  await mark();
  await protect(server, guarded);
  for (const id of [changed, gone, goneChild, guarded, guardedChild, chunk])
    await write(server, 'POST', `/pages/${id}/publish`, { body: { comment: marks.comment } });
  for (const id of [changed, guarded])
    await write(server, 'PUT', `/pages/${id}/content`, {
      headers: { ...onTop(1), comment: marks.comment },
      body: { title: marks.draft, body: marks.draft },
      token: author.secret,
    });
  await write(server, 'PUT', `/pages/${changed}/labels/${marks.draft}`, { body: { version: 2 } });
  await mark();
  await remove(server, gone);
  await move(server, came, { parent: inner, slug: 'comes' });
  await move(server, left, { parent: foreign, slug: `${marks.draft}-left` });
  await write(server, 'PUT', `/pages/${left}/content`, { headers: onTop(1), body: { title: marks.draft } });
  const token = await issue(server, { role: 'editor', path: `/${marks.foreign}`, name: marks.name });
  const principals = [
    { kind: 'group', issuer: 'https://login.example', group: marks.name },
    { kind: 'person', issuer: 'https://login.example', subject: marks.name },
  ];
  const grants: string[] = [];
  for (const principal of principals) {
    const body = { principal, role: 'editor', path: `/${marks.foreign}` };
    grants.push((await write(server, 'POST', '/grants', { body })).json.id);
  }
  await write(server, 'POST', '/people/block', {
    body: { issuer: 'https://login.example', subject: marks.name },
  });
  await mark();
  const { json } = await server.request('GET', '/changesets?limit=500');
  return {
    ids: {
      ...{ ours, inner, innerDraft, insideGuarded, foreign, changed, draft, gone, goneChild },
      ...{ guarded, guardedChild, guardedDraft, chunk, chunkDraft, came, left },
      file: asset.id,
    },
    paths: [
      '/ours',
      '/ours/inner',
      '/ours/inner/leaves',
      ...['', '/', `/${marks.foreign}-changed`, `/${marks.draft}`, `/${marks.gone}`, `/${marks.guarded}`].map(
        (rest) => `/${marks.foreign}${rest}`,
      ),
      `/${marks.foreign}/${marks.guarded}/${marks.guarded}-child`,
      `/${marks.foreign}/${marks.foreign}-comes`,
      `/${marks.foreign}/${marks.draft}.txt`,
      `/${marks.foreign}/${marks.draft}-left`,
    ],
    tokens: [token.id, author.id],
    grants: [...grants, token.id, author.id],
    changesets: json.items.map(({ id }) => id),
    moments,
  };
}

/** Who asks, and what they may not be told. */
export interface Prying {
  readonly name: string;
  readonly asked: Asking;
  readonly hidden: readonly Mark[];
}

const allMarks = Object.keys(marks) as Mark[];
const ofStaff: readonly Mark[] = ['draft', 'gone', 'name', 'author', 'comment'];
const outside = allMarks.filter((mark) => mark !== 'above' && mark !== 'guardedInside');

/** Everybody who may be told less than all. */
export async function prying(server: Server): Promise<readonly Prying[]> {
  const made = async (
    name: string,
    hidden: readonly Mark[],
    wanted: object,
    visitor?: object,
  ): Promise<Prying> => {
    const { secret } = await issue(server, { name, ...wanted } as Parameters<typeof issue>[1]);
    const asked = asking(server, secret);
    if (!visitor) return { name, hidden, asked };
    const userToken = (await issue(server, visitor as Parameters<typeof issue>[1])).secret;
    const send: Asking['send'] = (method, path, sending = {}) =>
      asked.send(method, path, { ...sending, headers: { ...sending.headers, 'user-token': userToken } });
    return {
      name,
      hidden,
      asked: { ...asked, send, get: (path, headers = {}) => send('GET', path, { headers }) },
    };
  };
  const anchored = ['render', 'viewer', 'editor', 'publisher', 'admin'].flatMap((role) =>
    ['/ours', '/ours/inner'].map((path) => {
      const above: readonly Mark[] = path === '/ours' ? [] : ['above'];
      const guarded: readonly Mark[] = role === 'render' ? ['guardedInside'] : [];
      return made(`${role} at ${path}`, [...outside, ...above, ...guarded], { role, path });
    }),
  );
  const mixed = async (): Promise<Prying> => {
    const token = await issue(server, { role: 'render', name: 'mixed' });
    const body = { principal: { kind: 'token', id: token.id }, role: 'editor', path: '/ours/inner' };
    await write(server, 'POST', '/grants', { body });
    return {
      name: 'render, and editor at /ours/inner',
      asked: asking(server, token.secret),
      hidden: [...ofStaff, 'guarded'],
    };
  };
  return Promise.all([
    Promise.resolve({ name: 'nobody', asked: asking(server, null), hidden: allMarks }),
    made('metrics', allMarks, { role: 'metrics' }),
    made('render', [...ofStaff, 'guarded', 'guardedInside'], { role: 'render' }),
    made('viewer', ofStaff, { role: 'viewer' }),
    made('editor', ['name'], { role: 'editor' }),
    made('publisher', ['name'], { role: 'publisher' }),
    made(
      'visitor',
      [...ofStaff, 'guarded'],
      { role: 'render', delegates: true },
      { role: 'admin', path: '/ours/inner' },
    ),
    mixed(),
    ...anchored,
  ]);
}

/** Ids of pages that are hidden from somebody. */
export function hiddenPages({ ids }: World, { hidden }: Pick<Prying, 'hidden'>): readonly string[] {
  return pageNames
    .filter((name) => marksOf[name].some((mark) => hidden.includes(mark)))
    .map((name) => ids[name]);
}

/** What all readers could see for a while: they are told where it was and that it has vanished, whenever they came. */
const onceShown: readonly Mark[] = ['gone', 'guardedInside'];

/** Whether it is the feed of those who see the whole site as readers do. */
export function isReadersFeed({ name }: Prying, request: string): boolean {
  return request.startsWith('/events') && ['render', 'viewer', 'visitor'].includes(name);
}

const incidental = new Set(['date', 'request-id', 'position', 'connection', 'keep-alive']);

/** All of an answer that says something; an id that was asked for stands in it as that of nothing. */
export function saidIn({ status, headers, text }: Answer, about: string = nothing): string {
  const kept = [...headers].filter(([name]) => !incidental.has(name) && name !== 'content-length');
  return JSON.stringify([status, kept, text]).replaceAll(about, nothing);
}

/** What somebody is told in an answer that is not for them. Cursors are opened. */
export function leaksIn(answer: Answer, world: World, who: Prying, request: string): readonly string[] {
  const cursors = [...answer.text.matchAll(/"next":"([^"]+)"/g)].map(([, next]) =>
    (next ?? '')
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString())
      .join(' '),
  );
  const opened = cursors.flatMap((cursor) => [
    cursor,
    ...cursor.split(/[@ ]/).map((part) => Buffer.from(part, 'base64url').toString()),
  ]);
  const said = `${saidIn(answer)} ${opened.join(' ')}`;
  const hidden = who.hidden.filter((mark) => !(isReadersFeed(who, request) && onceShown.includes(mark)));
  const words = hidden.map((mark) => marks[mark]).filter((word) => !request.includes(word));
  const ids = hiddenPages(world, { hidden }).filter((id) => !request.includes(id) && id !== world.ids.left);
  return [...words, ...ids].filter((word) => said.includes(word));
}

export const schemaVersions = Array.from({ length: ladder.finalized }, (_, index) => String(index + 1));
