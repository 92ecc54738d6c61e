import { permissions } from '../commands/permissions.js';
import type { FullPageView, PageView } from '../queries/page-view.js';
import { Memory } from '../queries/memory.js';
import type { Role } from '../events/event.js';
import type { Overwritten } from '../schema/views.js';
import type { Answer } from './problem.js';

const json = 'application/json; charset=utf-8';
/** What content depends on. */
export const vary = 'Authorization, Schema-Version';

/** The envelope. The content goes in as the text that it is: no parse, no stringify. */
export function envelopeAnswer(
  page: FullPageView,
  role: Role,
  status = 200,
  overwritten: readonly Overwritten[] = [],
): Answer {
  const envelope = envelopeText(page, role);
  const warned =
    overwritten.length === 0
      ? envelope
      : `${envelope.slice(0, -1)},"warnings":${JSON.stringify(overwritten.map(warning))}}`;
  return {
    status,
    headers: contentHeaders(page, role, envelopeTag(page)),
    body: withContent(warned, page),
  };
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

/** Envelopes as JSON text, by all that they depend on. */
const envelopes = new Memory<string, string>(20_000);

function envelopeText(page: FullPageView, role: Role): string {
  const { schemaVersion } = page;
  const key = `${page.id} ${page.contentVersion} ${page.changedPosition} ${schemaVersion} ${role}`;
  const known = envelopes.get(key);
  if (known !== undefined) return known;
  const text = JSON.stringify({ ...summaryOf(page, role), schemaVersion });
  envelopes.set(key, text);
  return text;
}

/** One content version without anything that can change later. */
export function versionAnswer(page: FullPageView, role: Role): Answer {
  const envelope = JSON.stringify({
    id: page.id,
    type: page.type,
    title: page.title ?? undefined,
    contentVersion: page.contentVersion,
    schemaVersion: page.schemaVersion,
    storedSchemaVersion: page.storedSchemaVersion,
    createdAt: page.createdAt,
    createdBy: page.createdBy,
    updatedAt: page.updatedAt,
    updatedBy: page.updatedBy,
    comment: page.comment,
    restoredFrom: page.restoredFrom ?? undefined,
  });
  const headers = contentHeaders(page, role, contentTag(page));
  headers['cache-control'] = 'private, max-age=31536000, immutable';
  return { status: 200, headers, body: withContent(envelope, page) };
}

/** The document alone. */
export function contentAnswer(page: FullPageView, role: Role): Answer {
  return {
    status: 200,
    headers: contentHeaders(page, role, contentTag(page)),
    body: page.content,
  };
}

export function contentTag(page: FullPageView): string {
  return `"v${page.contentVersion}-s${page.schemaVersion}"`;
}

function envelopeTag(page: FullPageView): string {
  return `"v${page.contentVersion}-s${page.schemaVersion}-p${page.changedPosition}"`;
}

/** Readers' answers may be kept by shared caches and purged by page; an editor's are his own. */
function contentHeaders(page: FullPageView, role: Role, etag: string): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': json,
    etag,
    'content-version': String(page.contentVersion),
    'schema-version': String(page.schemaVersion),
    vary,
    'cache-control': role === 'render' ? 'public, max-age=0, must-revalidate' : 'private, no-cache',
  };
  if (role === 'render') headers['surrogate-key'] = page.id;
  return headers;
}

function withContent(envelope: string, { content }: FullPageView): string {
  return `${envelope.slice(0, -1)},"content":${content}}`;
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
