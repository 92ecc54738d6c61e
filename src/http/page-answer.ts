import { permissions } from '../commands/permissions.js';
import type { FullPageView, PageView } from '../queries/page-view.js';
import { Memory } from '../queries/memory.js';
import { contentAt } from '../schema/conversion.js';
import type { Role } from '../events/event.js';
import type { Answer } from './problem.js';

/** How a page is shown: to whom, and at which schema version. */
export interface Showing {
  readonly role: Role;
  readonly schemaVersion: number;
}

const json = 'application/json; charset=utf-8';
/** What content depends on. */
export const vary = 'Authorization, Schema-Version';

/** The envelope. The content goes in as the text that it is: no parse, no stringify. */
export function envelopeAnswer(page: FullPageView, showing: Showing, status = 200): Answer {
  const { schemaVersion } = showing;
  return {
    status,
    headers: contentHeaders(page, showing, envelopeTag(page, schemaVersion)),
    body: withContent(envelopeText(page, showing), page, schemaVersion),
  };
}

/** Envelopes as JSON text, by all that they depend on. */
const envelopes = new Memory<string, string>(20_000);

function envelopeText(page: FullPageView, { role, schemaVersion }: Showing): string {
  const key = `${page.id} ${page.contentVersion} ${page.changedPosition} ${schemaVersion} ${role}`;
  const known = envelopes.get(key);
  if (known !== undefined) return known;
  const text = JSON.stringify({ ...summaryOf(page, role), schemaVersion });
  envelopes.set(key, text);
  return text;
}

/** One content version without anything that can change later. */
export function versionAnswer(page: FullPageView, showing: Showing): Answer {
  const { schemaVersion } = showing;
  const envelope = JSON.stringify({
    id: page.id,
    type: page.type,
    title: page.title ?? undefined,
    contentVersion: page.contentVersion,
    schemaVersion,
    storedSchemaVersion: page.storedSchemaVersion,
    createdAt: page.createdAt,
    createdBy: page.createdBy,
    updatedAt: page.updatedAt,
    updatedBy: page.updatedBy,
    comment: page.comment,
    restoredFrom: page.restoredFrom ?? undefined,
  });
  const headers = contentHeaders(page, showing, contentTag(page, schemaVersion));
  headers['cache-control'] = 'private, max-age=31536000, immutable';
  return { status: 200, headers, body: withContent(envelope, page, schemaVersion) };
}

/** The document alone. */
export function contentAnswer(page: FullPageView, showing: Showing): Answer {
  return {
    status: 200,
    headers: contentHeaders(page, showing, contentTag(page, showing.schemaVersion)),
    body: stored(page, showing.schemaVersion),
  };
}

export function contentTag(page: FullPageView, schemaVersion: number): string {
  return `"v${page.contentVersion}-s${schemaVersion}"`;
}

function envelopeTag(page: FullPageView, schemaVersion: number): string {
  return `"v${page.contentVersion}-s${schemaVersion}-p${page.changedPosition}"`;
}

/** Readers' answers may be kept by shared caches and purged by page; an editor's are his own. */
function contentHeaders(
  page: FullPageView,
  { role, schemaVersion }: Showing,
  etag: string,
): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': json,
    etag,
    'content-version': String(page.contentVersion),
    'schema-version': String(schemaVersion),
    vary,
    'cache-control': role === 'render' ? 'public, max-age=0, must-revalidate' : 'private, no-cache',
  };
  if (role === 'render') headers['surrogate-key'] = page.id;
  return headers;
}

function withContent(envelope: string, page: FullPageView, schemaVersion: number): string {
  return `${envelope.slice(0, -1)},"content":${stored(page, schemaVersion)}}`;
}

function stored(page: FullPageView, schemaVersion: number): string {
  return contentAt(schemaVersion, { text: page.content, schemaVersion: page.storedSchemaVersion });
}

/** A page in a list: the envelope without content. */
export function summaryOf(page: PageView, role: Role): Readonly<Record<string, unknown>> {
  return {
    id: page.id,
    type: page.type,
    path: page.path,
    parent: page.parent,
    slug: page.slug,
    title: page.title ?? undefined,
    status: page.status,
    contentVersion: page.contentVersion,
    storedSchemaVersion: page.storedSchemaVersion,
    publishedVersion: page.publishedVersion,
    createdAt: page.createdAt,
    createdBy: page.createdBy,
    updatedAt: page.updatedAt,
    updatedBy: page.updatedBy,
    comment: page.comment,
    restoredFrom: page.restoredFrom ?? undefined,
    permissions: permissions(role, page),
  };
}
