import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ReadModel } from '../queries/read-model.js';
import { Refusal } from '../refusal.js';
import { admitWrite } from './admit-writes.js';
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

/** Asks everybody who he is before anything else happens: unknown paths answer 401, too. Writes are looked at next. */
export function authenticateRequests(
  fastify: FastifyInstance,
  authentication: Authentication,
  model: ReadModel,
  isControl: (request: FastifyRequest) => boolean,
): void {
  fastify.decorateRequest('principal');
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (isRead(request) && open.has(request.routeOptions.url ?? '')) {
      done();
      return;
    }
    request.isControl = isControl(request);
    const principal = request.isControl
      ? operator
      : authentication.authenticate(request.headers.authorization, Date.now());
    if (!principal) {
      done(unauthenticated());
      return;
    }
    request.principal = principal;
    model.holdMoment();
    done(isRead(request) ? undefined : refusalOfWrite(request, model));
  });
}

export function unauthenticated(): Refusal {
  return new Refusal('unauthenticated', 'send a valid token: "Authorization: Bearer TOKEN"');
}

function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function refusalOfWrite(request: FastifyRequest, model: ReadModel): Refusal | undefined {
  try {
    admitWrite(request, model);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
