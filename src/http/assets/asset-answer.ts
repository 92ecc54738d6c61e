import { hash } from 'node:crypto';
import { possible, type Access } from '../../access/access.js';
import type { Result } from '../../commands/result.js';
import type { PageView } from '../../queries/page-view.js';
import type { AssetView, ShownAsset } from '../../queries/find-asset.js';
import type { Answer } from '../edge/problem.js';
import { relativeLocation } from '../edge/relative-location.js';
import { cacheHeaders, vary } from '../pages/page-answer.js';

const json = 'application/json; charset=utf-8';

/** An asset with what is said of it. The content goes in as the text that it is. */
export function assetAnswer(asset: ShownAsset, access: Access): Answer {
  const { view, schemaVersion, content, isKnown } = asset;
  const envelope = JSON.stringify({
    ...assetSummary(view, access, isKnown),
    ...(isKnown && { permissions: permissionsFor(access, view) }),
    schemaVersion,
  });
  return {
    status: 200,
    headers: {
      ...headersOf(view, schemaVersion, envelope),
      ...cacheHeaders(access, view.isProtected),
      ...(access.isReader && { 'surrogate-key': view.id }),
    },
    body: `${envelope.slice(0, -1)},"content":${content}}`,
  };
}

/** The asset as it is after a write; nothing where it is gone. */
export function assetWritten(result: Result, access: Access): Answer {
  if (result.kind !== 'page') return { status: 204, headers: {}, body: '' };
  const { created, page } = result;
  const { view, schemaVersion } = page;
  const envelope = JSON.stringify({ ...assetSummary(view, access, true), schemaVersion });
  const content = page.content === null ? '' : `,"content":${page.content}`;
  return {
    status: created ? 201 : 200,
    headers: {
      ...headersOf(view, schemaVersion, envelope),
      'cache-control': 'private, no-cache',
      ...(created && { location: relativeLocation('/assets', `/assets/${view.id}`) }),
    },
    body: `${envelope.slice(0, -1)}${content}}`,
  };
}

/** The tag says what was seen, for whoever wants to write, and a digest of what else is shown. */
function headersOf(
  { contentVersion, ownPosition }: PageView,
  schemaVersion: number,
  envelope: string,
): Readonly<Record<string, string>> {
  const digest = hash('sha256', envelope, 'hex').slice(0, 16);
  return {
    'content-type': json,
    etag: `"v${contentVersion}-s${schemaVersion}-p${ownPosition}-${digest}"`,
    'content-version': String(contentVersion),
    'schema-version': String(schemaVersion),
    vary,
  };
}

/** Of an asset that readers see a new version takes the permission to publish, which it is not given by itself. */
function permissionsFor(access: Access, view: AssetView): readonly string[] {
  const isShown = view.publishedVersion !== null;
  const all = possible(access, view);
  return all.filter((one) => one !== 'publish' && (one !== 'save' || !isShown || all.includes('publish')));
}

/** An asset in a list. Where it is and who has made it is for those who see all of it. */
export function assetSummary(
  view: PageView,
  access: Access,
  isKnown: boolean,
): Readonly<Record<string, unknown>> {
  const { name, type, bytes, sha256, width, height } = view.file ?? {};
  const { createdAt, createdBy, updatedAt, updatedBy, comment, restoredFrom } = view;
  return {
    id: view.id,
    name,
    type,
    bytes,
    sha256,
    width,
    height,
    title: view.title ?? undefined,
    contentVersion: view.contentVersion,
    storedSchemaVersion: view.storedSchemaVersion,
    createdAt,
    updatedAt,
    ...(isKnown && {
      path: view.path,
      parent: access.isWhole || access.seesAbove(view) ? view.parent : null,
      slug: view.slug,
      isDeleted: view.deletedRoot !== null,
      createdBy,
      updatedBy,
      comment,
      restoredFrom: restoredFrom ?? undefined,
    }),
  };
}
