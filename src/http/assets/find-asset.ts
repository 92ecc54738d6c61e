import { FindAsset, FindFile, FindFileToLink } from '../../queries/find-asset.js';
import { listName } from '../../queries/cursor.js';
import { ListPages } from '../../queries/list-pages.js';
import { Refusal } from '../../refusal.js';
import { assetType } from '../../schema/asset-content.js';
import { relativeLocation } from '../edge/relative-location.js';
import { idOf } from '../edge/sent.js';
import { jsonAnswer, listAnswer } from '../edge/send.js';
import { readQuery } from '../edge/shape.js';
import { VersionList } from '../pages/history-answer-shapes.js';
import { referrersAnswer, referrersAsked } from '../pages/list-references.js';
import { versionsAsked } from '../pages/list-versions.js';
import { vary } from '../pages/page-answer.js';
import { pagesAnswer } from '../pages/pages-answer.js';
import { ReferrerList } from '../pages/reference-answer-shapes.js';
import { AsOfListQuery, AsOfQuery, ListQuery, defaultLimit, momentOf } from '../edge/read-query.js';
import { PageQuery, PlacedQuery, sortOf } from '../pages/page-queries.js';
import { readRoute, type Asked } from '../routing/read-route.js';
import { assetAnswer, assetSummary } from './asset-answer.js';
import { Asset, AssetList, FileLink } from './asset-answer-shapes.js';
import { linkFor, linkSeconds } from './file-link.js';
import { assetId } from './of-one-asset.js';
import { fileAnswer, fileContent, fileTells, partAnswers } from './file-answer.js';
import { PastVariantQuery, requireWidth, VariantQuery } from './variant-query.js';

const found = {
  params: [assetId],
  permission: 'read',
  refusals: ['not-found', 'version-not-found', 'purged'],
} as const;

/** A file may be wanted as a picture of another size. */
const ofFiles = [
  ...found.refusals,
  'not-a-picture',
  'picture-too-large',
  'variants-busy',
  'variants-unavailable',
  'insufficient-storage',
] as const;

export const findAsset = readRoute({
  ...found,
  operationId: 'findAsset',
  summary: 'An asset: its file, and what is said of it',
  description:
    'Readers see the newest version, where a published page that they see refers to it; all others what they ask for.',
  path: '/assets/:id',
  query: PageQuery,
  answer: Asset,
  shows: 'content',
  ask: (asked) => {
    const schemaVersion = asked.schemaVersion();
    const { version, asOf } = readQuery(PageQuery, asked.query);
    const which = { ...(version !== undefined && { version }), ...momentOf(asOf) };
    return new FindAsset(idOf(asked), asked.access, schemaVersion, which);
  },
  first: thatAsset,
  show: (asset, { access }) => assetAnswer(asset, access),
});

const versionNumber = {
  name: 'version',
  schema: { type: 'integer', minimum: 1 },
  description: 'A content version',
};

export const findAssetVersion = readRoute({
  ...found,
  operationId: 'findAssetVersion',
  summary: 'A version of an asset',
  description: 'Its file and what was said of it. Readers have the newest alone.',
  path: '/assets/:id/versions/:version',
  params: [assetId, versionNumber],
  query: AsOfQuery,
  answer: Asset,
  shows: 'content',
  ask: (asked) => {
    const schemaVersion = asked.schemaVersion();
    const { asOf } = readQuery(AsOfQuery, asked.query);
    return new FindAsset(idOf(asked), asked.access, schemaVersion, {
      version: versionIn(asked),
      ...momentOf(asOf),
    });
  },
  first: thatAsset,
  show: (asset, { access }) => assetAnswer(asset, access),
});

export const listAssetVersions = readRoute({
  operationId: 'listAssetVersions',
  summary: 'The versions of an asset, newest first',
  description: 'When, by whom, and which file each had.',
  path: '/assets/:id/versions',
  permission: 'history',
  weight: 5,
  params: [assetId],
  query: AsOfListQuery,
  answer: VersionList,
  shows: 'list',
  refusals: ['not-found'],
  ask: (asked) => versionsAsked(asked, assetType),
  first: thatAsset,
  show: (found) => listAnswer(found),
});

export const listAssetReferrers = readRoute({
  operationId: 'listAssetReferrers',
  summary: 'Which pages refer to an asset',
  description:
    'Those that you see, in a version that you see, in the order of their creation. How they are now: there is no `asOf`.',
  path: '/assets/:id/referrers',
  permission: 'read',
  weight: 5,
  params: [assetId],
  query: ListQuery,
  takes: ['User-Token'],
  answer: ReferrerList,
  shows: 'list',
  refusals: ['not-found'],
  ask: (asked) => referrersAsked(asked, 'asset'),
  first: thatAsset,
  show: (found, { access }) => referrersAnswer(found, access),
});

export const listAssets = readRoute({
  operationId: 'listAssets',
  summary: 'Assets, in the order of their creation or sorted',
  description:
    'For those who see more than what is published: readers find an asset by the page that refers to it.',
  path: '/assets',
  permission: 'history',
  weight: 5,
  query: PlacedQuery,
  answer: AssetList,
  shows: 'pages',
  refusals: ['not-found'],
  ask: (asked) => {
    const { limit = defaultLimit, cursor, count, ...chosen } = readQuery(PlacedQuery, asked.query);
    const { asOf, sort, ...filter } = chosen;
    const part = { list: listName('assets', chosen), limit, cursor };
    return new ListPages(asked.access, { ...filter, type: assetType }, part, {
      ...momentOf(asOf),
      ...(sort !== undefined && { sort: sortOf(sort) }),
      isCounted: count === true,
    });
  },
  show: ({ items, next, count, changedPosition }, { access }) => {
    const shown = items.map(({ view }) => assetSummary(view, access, true));
    const body = JSON.stringify({ items: shown, next, ...(count !== undefined && { count }) });
    return pagesAnswer(body, access, { changedPosition, surrogateKey: 'list' });
  },
});

export const findFile = readRoute({
  ...found,
  operationId: 'findFile',
  summary: 'The file of an asset',
  description:
    'Its bytes, or a range of them (RFC 9110 §14). Pictures, films and PDF may be shown where they are; all else is to be saved. No script in it ever runs. A picture is to be had smaller (`width`), too.',
  path: '/assets/:id/file',
  query: PastVariantQuery,
  refusals: ofFiles,
  content: fileContent,
  tells: fileTells,
  alsoAnswers: partAnswers,
  shows: 'pages',
  first: thatAsset,
  ask: (asked) => {
    const { asOf, ...variant } = readQuery(PastVariantQuery, asked.query);
    requireWidth(variant);
    return new FindFile(idOf(asked), asked.access, momentOf(asOf));
  },
  show: (found, { access, query }) => fileAnswer(found, access, readQuery(PastVariantQuery, query)),
});

export const findFileOfVersion = readRoute({
  ...found,
  operationId: 'findFileOfVersion',
  summary: 'The file of a version of an asset',
  description: 'As `findFile` sends the newest. Readers have that alone.',
  path: '/assets/:id/versions/:version/file',
  params: [assetId, versionNumber],
  query: VariantQuery,
  refusals: ofFiles,
  content: fileContent,
  tells: fileTells,
  alsoAnswers: partAnswers,
  shows: 'pages',
  first: thatAsset,
  ask: (asked) => {
    requireWidth(readQuery(VariantQuery, asked.query));
    return new FindFile(idOf(asked), asked.access, { version: versionIn(asked) });
  },
  show: (found, { access, query }) => fileAnswer(found, access, readQuery(VariantQuery, query)),
});

export const findFileLink = readRoute({
  ...found,
  operationId: 'findFileLink',
  summary: 'A link that loads the file without a token',
  description: `For what a browser loads by itself, such as the pictures of a draft that is shown. Good for ${linkSeconds} seconds, for this file alone, and no longer than the token that asks for it; \`width\` and \`format\` may be added to it.`,
  path: '/assets/:id/link',
  query: PageQuery,
  answer: FileLink,
  refusals: [...found.refusals, 'forbidden'],
  ask: (asked) => {
    const { version, asOf } = readQuery(PageQuery, asked.query);
    if (asOf !== undefined)
      throw new Refusal('malformed-request', 'a link is to a version: asOf is not known here');
    if (!asked.who) throw new Error('who asks is not known here');
    const which = version === undefined ? {} : { version };
    return new FindFileToLink(idOf(asked), asked.access, asked.who.actor, which);
  },
  first: thatAsset,
  show: ({ view, token }, { query }) => {
    const own = `/assets/${view.id}`;
    const path =
      query['version'] === undefined ? `${own}/file` : `${own}/versions/${view.contentVersion}/file`;
    const { link, until } = linkFor(token, path, Date.now());
    const url = relativeLocation(`${own}/link`, `${path}?link=${link}`);
    const answer = jsonAnswer({ url, until });
    return { ...answer, headers: { ...answer.headers, vary, 'cache-control': 'private, no-store' } };
  },
});

/** Whether there is such an asset for whoever asks: they are told that before what is wrong with their question. */
function thatAsset(asked: Asked): FindAsset {
  return new FindAsset(idOf(asked), asked.access, asked.currentSchemaVersion);
}

/** @throws Refusal `version-not-found` */
function versionIn({ params: { version = '' } }: Asked): number {
  if (/^[1-9]\d{0,8}$/.test(version)) return Number(version);
  throw new Refusal('version-not-found', `there is no version ${version}`);
}
