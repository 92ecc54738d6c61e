import { hash } from 'node:crypto';
import { possible, type Access } from '../../access/access.js';
import type { Result } from '../../commands/result.js';
import type { PageView, ShownPage } from '../../queries/page-view.js';
import type { Overwritten } from '../../schema/merge/saved.js';
import type { Answer } from '../edge/problem.js';

const json = 'application/json; charset=utf-8';
/** What content depends on. */
export const vary = 'Authorization, User-Token, Schema-Version';

/** The envelope, for who reads. The content goes in as the text that it is: no parse, no stringify. */
export function envelopeAnswer(page: ShownPage, access: Access): Answer {
  const { envelope, headers } = rememberedHead(page, access);
  const { ancestors, changedPosition } = page;
  if (!ancestors) return { status: 200, headers, body: `${envelope},"content":${page.content}}` };
  const whole = `${envelope},"ancestors":${JSON.stringify(ancestors)}`;
  const etag = envelopeTag(page, access, whole, changedPosition);
  return { status: 200, headers: { ...headers, etag }, body: `${whole},"content":${page.content}}` };
}

/** The envelope, for who has just written; with the content, where it was asked for. */
export function writtenAnswer(
  { page, created, overwritten, access: changed }: Extract<Result, { kind: 'page' }>,
  access: Access,
): Answer {
  const { envelope, headers } = headOf(page, access);
  const warnings = overwritten.length === 0 ? '' : `,"warnings":${JSON.stringify(overwritten.map(warning))}`;
  const content = page.content === null ? '' : `,"content":${page.content}`;
  const others = changed ? `,"access":${JSON.stringify(changed)}` : '';
  return { status: created ? 201 : 200, headers, body: `${envelope}${warnings}${others}${content}}` };
}

/** What a save may have cost somebody whom its author could not see; the version before has it still. */
function warning({ schemaVersion, pointer }: Overwritten): Readonly<Record<string, unknown>> {
  return {
    code: 'complement-overwritten',
    schemaVersion,
    pointer,
    message: `clients at schema version ${schemaVersion} saw more in ${pointer} than this one, which has replaced it`,
  };
}

type PageHead = Omit<ShownPage, 'content'>;

/** An answer but for the content: the envelope's JSON without its closing brace. */
interface Head {
  readonly envelope: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What was made of a page's view before, by schema version and role; gone when the view is. */
const heads = new WeakMap<PageView, Map<string, Head>>();

function rememberedHead(page: PageHead, access: Access): Head {
  const { view, schemaVersion } = page;
  let ofView = heads.get(view);
  if (!ofView) {
    ofView = new Map();
    heads.set(view, ofView);
  }
  const key = `${schemaVersion} ${access.key}`;
  let head = ofView.get(key);
  if (!head) {
    head = headOf(page, access);
    ofView.set(key, head);
  }
  return head;
}

function headOf(page: PageHead, access: Access): Head {
  const { view, schemaVersion } = page;
  const envelope = `${JSON.stringify(summaryOf(view, access)).slice(0, -1)},"schemaVersion":${schemaVersion}`;
  return { envelope, headers: contentHeaders(page, access, envelopeTag(page, access, envelope)) };
}

/** One content version without anything that can change later. No cache keeps it unasked: what it says may be erased. */
export function versionAnswer(page: ShownPage, access: Access): Answer {
  const { view, schemaVersion, content } = page;
  const isKnown = access.sightOf(view) === 'all';
  const envelope = JSON.stringify({
    id: view.id,
    type: view.type,
    title: view.title ?? undefined,
    contentVersion: view.contentVersion,
    schemaVersion,
    storedSchemaVersion: view.storedSchemaVersion,
    ...authored(view, isKnown),
  });
  // Readers are told less, and whoever was one may be an editor by now.
  const etag = isKnown ? contentTag(page) : `${contentTag(page).slice(0, -1)}-p${view.contentPosition}"`;
  const headers = {
    ...contentHeaders(page, access, etag),
    'cache-control': access.isReader && view.isProtected ? 'private, no-store' : 'private, no-cache',
  };
  return { status: 200, headers, body: `${envelope.slice(0, -1)},"content":${content}}` };
}

/** The document alone. */
export function contentAnswer(page: ShownPage, access: Access): Answer {
  return { status: 200, headers: contentHeaders(page, access, contentTag(page)), body: page.content };
}

export function contentTag({ view, schemaVersion }: PageHead): string {
  return `"v${view.contentVersion}-s${schemaVersion}"`;
}

/**
 * With the last position that changed anything of the envelope. To those who see a part of the site it says what has changed of the
 * page itself; what the rest of the site makes of it, and of their grants, is in a digest of what they are shown.
 */
function envelopeTag(
  { view, schemaVersion }: PageHead,
  { rights, isWhole }: Access,
  envelope: string,
  changedPosition = view.changedPosition,
): string {
  const at = `v${view.contentVersion}-s${schemaVersion}`;
  if (isWhole && rights.held.length === 1) return `"${at}-p${changedPosition}"`;
  return `"${at}-p${view.ownPosition}-${hash('sha256', envelope, 'hex').slice(0, 16)}"`;
}

/** Readers' answers may be kept by shared caches and purged by page; an editor's are their own. */
function contentHeaders(
  { view, schemaVersion }: PageHead,
  access: Access,
  etag: string,
): Readonly<Record<string, string>> {
  return {
    'content-type': json,
    etag,
    'content-version': String(view.contentVersion),
    'schema-version': String(schemaVersion),
    vary,
    ...cacheHeaders(access, view.isProtected),
    ...(access.isReader && { 'surrogate-key': surrogateKeys(view, access) }),
  };
}

/**
 * What caches may do with an answer. What is for viewers alone is kept by none but a box that is trusted to ask again for each
 * visitor (RFC 9213: what is said to it goes before what is said to all).
 */
export function cacheHeaders(
  { isReader, isCache }: Access,
  isProtected: boolean,
): Readonly<Record<string, string>> {
  if (!isReader) return { 'cache-control': 'private, no-cache' };
  if (!isProtected) return { 'cache-control': 'public, max-age=0, must-revalidate' };
  return { 'cache-control': 'private, no-store', ...(isCache && { 'cdn-cache-control': 'no-cache' }) };
}

/** Of a page and those above it: 37 bytes each. Proxies have 4 KiB for all headers. */
const surrogateKeysLimit = 26;

/**
 * The page, those above it, nearest first, whose titles and paths stand in it, and its type. Where they are too many, or not all for these eyes,
 * `deep` stands for all of them: a list that was cut would leave some page in the cache.
 */
function surrogateKeys({ id, type, above, isWayPublished }: PageView, { isWhole }: Access): string {
  const ofAbove = !isWayPublished
    ? []
    : isWhole && above.length < surrogateKeysLimit
      ? above.toReversed()
      : ['deep'];
  return [id, ...ofAbove, `type:${encodeURIComponent(type)}`].join(' ');
}

/** A page in a list: the envelope without content. */
export function summaryOf(page: PageView, access: Access): Readonly<Record<string, unknown>> {
  const isKnown = access.sightOf(page) === 'all';
  return {
    id: page.id,
    type: page.type,
    path: page.path,
    parent: access.isWhole || access.seesAbove(page) ? page.parent : null,
    slug: page.slug,
    title: page.title ?? undefined,
    status: page.status,
    contentVersion: page.contentVersion,
    storedSchemaVersion: page.storedSchemaVersion,
    publishedVersion: page.publishedVersion,
    publishedAt: page.publishedAt,
    ...(isKnown && { publishedBy: page.publishedBy ?? undefined }),
    firstPublishedAt: page.firstPublishedAt,
    ...authored(page, isKnown),
    ...(isKnown && { protected: page.isProtected, permissions: possible(access, page) }),
  };
}

/** When, and for the staff also by whom and why. */
function authored(page: PageView, isKnown: boolean): Readonly<Record<string, unknown>> {
  const { createdAt, createdBy, updatedAt, updatedBy, comment, restoredFrom } = page;
  if (!isKnown) return { createdAt, updatedAt };
  return { createdAt, createdBy, updatedAt, updatedBy, comment, restoredFrom: restoredFrom ?? undefined };
}
