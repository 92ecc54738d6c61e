import type { FastifyRequest } from 'fastify';
import { sessionRoutes } from '../routes.js';
import type { SessionRoute } from '../routing/session-route.js';

const byName: ReadonlyMap<string, SessionRoute> = new Map(
  sessionRoutes.map((route) => [`${route.method} ${route.path}`, route]),
);

/** The route of a request, if it is one that begins or ends a session. `url`: of the route */
export function sessionRouteOf(
  { method }: Pick<FastifyRequest, 'method'>,
  url = '',
): SessionRoute | undefined {
  return byName.get(`${method === 'HEAD' ? 'GET' : method} ${url}`);
}
