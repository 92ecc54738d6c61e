import type { CreatePage } from '../../src/commands/pages/create-page.js';
import type { CreateToken } from '../../src/commands/tokens/create-token.js';
import type { ExpectedVersion, SentDocument } from '../../src/commands/decision.js';
import type { DeletePage } from '../../src/commands/pages/delete-page.js';
import type { MovePage } from '../../src/commands/pages/move-page.js';
import type { WantedPlace } from '../../src/commands/pages/placing.js';
import type { PublishPage } from '../../src/commands/pages/publish-page.js';
import type { RestorePage } from '../../src/commands/pages/restore-page.js';
import type { RevokeToken } from '../../src/commands/tokens/revoke-token.js';
import type { SavePage } from '../../src/commands/pages/save-page.js';
import type { UndeletePage } from '../../src/commands/pages/undelete-page.js';
import type { UnpublishPage } from '../../src/commands/pages/unpublish-page.js';
import type { JsonValue } from '../../src/schema/json/json.js';

/** A document as a client would have sent it. */
export function sent(value: JsonValue): SentDocument {
  return { text: JSON.stringify(value), refusal: null };
}

/** A chunk of content, outside the tree. */
export function createChunk(page: string, over: Partial<CreatePage> = {}): CreatePage {
  const document = sent({ title: page });
  return { kind: 'create-page', page, type: 'document', schemaVersion: 1, document, place: null, ...over };
}

/** A page whose slug and title are its id, unless `place` says otherwise. */
export function createPage(
  page: string,
  { parent = null, slug = page, ...next }: Partial<WantedPlace> = {},
  over: Partial<CreatePage> = {},
): CreatePage {
  return createChunk(page, { place: { parent, slug, ...next }, ...over });
}

export function savePage(page: string, expected: ExpectedVersion, value: JsonValue): SavePage {
  return { kind: 'save-page', page, expected, schemaVersion: 1, form: 'document', document: sent(value) };
}

export function patchPage(
  page: string,
  expected: ExpectedVersion,
  form: 'json-patch' | 'merge-patch',
  patch: JsonValue,
): SavePage {
  return { ...savePage(page, expected, patch), form };
}

export function restorePage(page: string, expected: ExpectedVersion, version: number): RestorePage {
  return { kind: 'restore-page', page, expected, version };
}

export function publishPage(page: string, version?: number): PublishPage {
  return { kind: 'publish-page', page, ...(version !== undefined && { version }) };
}

export function unpublishPage(page: string): UnpublishPage {
  return { kind: 'unpublish-page', page };
}

export function movePage(
  page: string,
  expected: ExpectedVersion,
  to: Pick<MovePage, 'parent' | 'slug' | 'before' | 'after'>,
): MovePage {
  return { kind: 'move-page', page, expected, ...to };
}

export function deletePage(page: string, expected: ExpectedVersion = null): DeletePage {
  return { kind: 'delete-page', page, expected };
}

export function undeletePage(page: string): UndeletePage {
  return { kind: 'undelete-page', page };
}

export function createToken(token: string, over: Partial<CreateToken> = {}): CreateToken {
  const hash = token.padStart(64, '0');
  return { kind: 'create-token', token, name: token, role: 'editor', hash, expiresAt: null, ...over };
}

export function revokeToken(token: string): RevokeToken {
  return { kind: 'revoke-token', token };
}
