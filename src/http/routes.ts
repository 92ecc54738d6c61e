import type { Type } from '@nestjs/common';
import { assetWrites } from './assets/asset-writes.js';
import {
  findAsset,
  findAssetVersion,
  findFile,
  findFileLink,
  findFileOfVersion,
  listAssetReferrers,
  listAssets,
  listAssetVersions,
} from './assets/find-asset.js';
import { batch } from './batch/batch.js';
import { findChangeset, listChangesets } from './log/list-changesets.js';
import { listGrants } from './grants/list-grants.js';
import { giveGrant, revokeGrant } from './grants/grant-writes.js';
import { listEvents } from './log/list-events.js';
import { getDocs, getDocsFile } from './docs/get-docs.js';
import { getOpenApi } from './openapi/get-openapi.js';
import { diffVersions } from './pages/diff-versions.js';
import { findContent, findPage } from './pages/find-page.js';
import { findAccess } from './grants/find-access.js';
import { findVersion } from './pages/find-version.js';
import { listPages } from './pages/list-pages.js';
import { listReferences, listReferrers } from './pages/list-references.js';
import { listVersions } from './pages/list-versions.js';
import { pageWrites } from './pages/page-writes.js';
import type { ReadRoute } from './routing/read-route.js';
import { controllerOf } from './routing/route-controllers.js';
import { findSchema, listSchemaVersions } from './schema/list-schema-versions.js';
import { getMetrics } from './system/find-metrics.js';
import { findSystem, isAlive, isReady } from './system/find-system.js';
import type { SessionRoute } from './routing/session-route.js';
import { findMe } from './session/find-me.js';
import {
  beginSignIn,
  completeSignIn,
  endSession,
  exchangeCode,
  findSession,
} from './session/session-routes.js';
import { blockPerson, unblockPerson } from './people/block-person.js';
import { listPeople } from './people/list-people.js';
import { createToken } from './tokens/create-token.js';
import { listTokens } from './tokens/list-tokens.js';
import { revokeToken } from './tokens/revoke-token.js';
import { findPath } from './tree/find-path.js';
import { findTree } from './tree/find-tree.js';
import type { WriteRoute } from './routing/write-route.js';

type Route = ReadRoute | WriteRoute | SessionRoute;

/** Whatever can be asked of the server, by the tag of the OpenAPI document, in the order in which it is described. */
const groups: readonly (readonly [tag: string, routes: readonly Route[]])[] = [
  [
    'Pages',
    [
      listPages,
      findPage,
      findContent,
      listVersions,
      findVersion,
      diffVersions,
      listReferences,
      listReferrers,
    ],
  ],
  ['Writes', [...pageWrites, batch]],
  [
    'Assets',
    [
      listAssets,
      findAsset,
      listAssetVersions,
      findAssetVersion,
      findFile,
      findFileOfVersion,
      findFileLink,
      listAssetReferrers,
      ...assetWrites,
    ],
  ],
  ['Tree', [findPath, findTree]],
  ['Log', [listChangesets, findChangeset, listEvents]],
  ['Tokens', [createToken, listTokens, revokeToken]],
  [
    'Access',
    [findMe, listGrants, giveGrant, revokeGrant, findAccess, listPeople, blockPerson, unblockPerson],
  ],
  ['Sessions', [findSession, beginSignIn, completeSignIn, exchangeCode, endSession]],
  ['Schema', [listSchemaVersions, findSchema]],
  ['System', [isAlive, isReady, findSystem, getMetrics, getOpenApi, getDocs, getDocsFile]],
];

const routes = groups.flatMap(([, ofGroup]) => ofGroup);

export const writeRoutes = routes.filter((route): route is WriteRoute => 'read' in route);

export const sessionRoutes = routes.filter((route): route is SessionRoute => 'act' in route);

export const readRoutes = routes.filter((route): route is ReadRoute => !('method' in route));

export const controllers: readonly Type[] = groups.map(([tag, ofGroup]) => controllerOf(tag, ofGroup));
