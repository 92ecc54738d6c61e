import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ReadModel } from '../queries/read-model.js';
import { notFound } from '../queries/find-page.js';
import { requirePermission } from '../commands/permissions.js';
import { Refusal } from '../refusal.js';
import { operator, type Authentication, type Principal } from './authentication.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any handler runs, but for the two health checks. */
    principal: Principal;
    /** Came through the control socket. */
    isControl: boolean;
  }
}

const open = new Set(['/healthz', '/readyz']);

/**
 * Asks everybody who he is before anything else happens: unknown paths answer 401, too, and no body is read for
 * somebody who may not write, or for a page that isn't there.
 */
export function authenticateRequests(
  fastify: FastifyInstance,
  authentication: Authentication,
  model: ReadModel,
  isControl: (request: FastifyRequest) => boolean,
): void {
  fastify.decorateRequest('principal');
  fastify.decorateRequest('isControl', false);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { url } = request;
    if (open.has(url)) {
      done();
      return;
    }
    request.isControl = isControl(request);
    const principal = request.isControl
      ? operator
      : authentication.authenticate(request.headers.authorization, Date.now());
    if (!principal) {
      done(new Refusal('unauthenticated', 'send a valid token: "Authorization: Bearer TOKEN"'));
      return;
    }
    request.principal = principal;
    done(request.method === 'GET' || request.method === 'HEAD' ? undefined : refusalOfWrite(request, model));
  });
}

function refusalOfWrite(request: FastifyRequest, model: ReadModel): Refusal | undefined {
  try {
    requirePermission(request.principal.role, 'save');
    const { id } = request.params as { id?: string };
    if (id !== undefined && request.url.startsWith('/pages/') && !model.hasPage(id.toLowerCase())) throw notFound(id);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
