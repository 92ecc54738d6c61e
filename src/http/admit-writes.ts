import type { FastifyRequest } from 'fastify';
import { requirePermission, type Permission } from '../commands/permissions.js';
import { notFound } from '../queries/find-page.js';
import type { ReadModel } from '../queries/read-model.js';
import { expectedVersionOf } from './entity-tags.js';
import { commentOf, copiesOf, idempotencyKeyOf, schemaVersionOf } from './headers.js';
import { readQuery } from './shape.js';
import { requireOnce } from './single-headers.js';
import { queryOf } from './write-query.js';

/** What a role has to include for a write, whatever the page; for all others that is saving. */
const permissionOf: Readonly<Record<string, Permission>> = {
  'POST /pages/:id/publish': 'publish',
  'POST /pages/:id/unpublish': 'publish',
  'POST /pages/:id/move': 'move',
  'DELETE /pages/:id': 'delete',
  'POST /pages/:id/undelete': 'delete',
  'POST /tokens': 'administer',
  'DELETE /tokens/:id': 'administer',
};

/**
 * Refuses what can be refused before the body is read, so that no body is read for somebody who may not write, or
 * for a page that isn't there; and so that nothing wrong is found in a header when it is too late.
 * @throws Refusal in the order 403, 404, 400
 */
export function admitWrite(request: FastifyRequest, model: ReadModel): void {
  const { headers, principal, query, is404 } = request;
  // Fastify makes `routeOptions` anew whenever it is asked for it.
  const { url } = request.routeOptions;
  requirePermission(principal.role, permissionFor(request, url));
  const page = pageId(request, url);
  if (page !== undefined && !model.hasPage(page)) throw notFound(page);
  if (is404) return;

  requireOnce(request.raw);
  readQuery(queryOf(url), query);
  schemaVersionOf(headers, model);
  for (const read of [expectedVersionOf, commentOf, copiesOf, idempotencyKeyOf]) read(headers);
}

/**
 * Whether this role may do this with this page as it stands. The rule asks that itself; here it is for a request
 * that is refused before it gets there. Not asked of every request, because a repeated one gets its first answer
 * whatever became of the page.
 * @throws Refusal `forbidden`
 */
export function requireMayWrite(request: FastifyRequest, model: ReadModel): void {
  const { url } = request.routeOptions;
  const page = pageId(request, url);
  requirePermission(
    request.principal.role,
    permissionFor(request, url),
    page === undefined ? undefined : model.pages.latest(page)?.view,
  );
}

export function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function permissionFor({ method }: FastifyRequest, url = ''): Permission {
  return permissionOf[`${method} ${url}`] ?? 'save';
}

function pageId({ params }: FastifyRequest, url: string | undefined): string | undefined {
  return url?.startsWith('/pages/') ? (params as { id?: string }).id?.toLowerCase() : undefined;
}
