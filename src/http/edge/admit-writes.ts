import type { FastifyRequest } from 'fastify';
import { requirePermission, type Access } from '../../access/access.js';
import { neededFor, requireNeeded } from '../../commands/index.js';
import { notFound } from '../../queries/find-page.js';
import type { ReadModel } from '../../queries/read-model.js';
import { sessionRouteOf } from './session-routes.js';
import { readQuery } from './shape.js';
import { requireOnce } from './single-headers.js';
import { readWriteHead, type WriteHead } from './write-head.js';
import { WriteQuery } from './write-query.js';
import type { WriteRoute } from '../routing/write-route.js';
import { writeRoutes } from '../routes.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of a write that was admitted. */
    writeHead: WriteHead;
    writeQuery: WriteQuery;
  }
}

const routes: ReadonlyMap<string, WriteRoute> = new Map(
  writeRoutes.map((route) => [`${route.method} ${route.path}`, route]),
);

/**
 * Refuses what can be refused before the body is read, so that no body is read for somebody who may not write, or
 * for a page that isn't there; and so that nothing wrong is found in a header when it is too late.
 * @throws Refusal in the order 403, 404, 400
 */
export function admitWrite(request: FastifyRequest, model: ReadModel): void {
  const { headers, principal, query, is404, template: url } = request;
  if (sessionRouteOf(request, url)) return;
  const writeRoute = routeOf(request, url);
  requireNeeded(principal.access, writeRoute?.command ?? unknown);
  const page = pageId(request, url);
  if (page !== undefined && !isThere(page, principal.access, model)) throw notFound(page);
  if (page !== undefined && isOfAsset(url) && !model.pages.latest(page)?.view.file) throw notFound(page);
  if (is404) return;

  requireOnce(request.raw);
  request.writeQuery = readQuery(writeRoute?.query ?? WriteQuery, query);
  request.writeHead = readWriteHead(headers, model);
}

/**
 * Whether whoever asks may do this with this page as it stands. The rule asks that itself; here it is for a request
 * that is refused before it gets there. Not asked of every request, because a repeated one gets its first answer
 * whatever became of the page.
 * @throws Refusal `forbidden`
 */
export function requireMayWrite(request: FastifyRequest, model: ReadModel): void {
  const { template: url } = request;
  if (sessionRouteOf(request, url)) return;
  const page = pageId(request, url);
  const { access } = request.principal;
  requirePermission(
    access,
    neededFor(routeOf(request, url)?.command ?? unknown),
    page === undefined ? undefined : model.pages.latest(page)?.view,
  );
}

/** Whether there is such a page for whoever asks: of those who see all there are it is enough to know that there ever was one. */
function isThere(page: string, access: Access, model: ReadModel): boolean {
  return access.isWhole && !access.isReader ? model.hasPage(page) : model.sightOf(page, access) !== 'nothing';
}

/** Where there is no such route, whoever may not save learns nothing else. */
const unknown = 'save-page';

/** Whether its body is a file, which nobody holds in memory. */
export function takesFile(request: FastifyRequest): boolean {
  return routeOf(request, request.template)?.takesFile ?? false;
}

function routeOf({ method }: FastifyRequest, url: string): WriteRoute | undefined {
  return routes.get(`${method} ${url}`);
}

function pageId({ params }: FastifyRequest, url: string | undefined): string | undefined {
  return url?.startsWith('/pages/') || isOfAsset(url)
    ? (params as { id?: string }).id?.toLowerCase()
    : undefined;
}

function isOfAsset(url: string | undefined): boolean {
  return url?.startsWith('/assets/') ?? false;
}
