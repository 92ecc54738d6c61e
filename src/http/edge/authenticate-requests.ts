import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sunsetOf } from '../../projections/served-versions.js';
import type { ReadModel } from '../../queries/read-model.js';
import { Refusal } from '../../refusal.js';
import { admitWrite } from './admit-writes.js';
import { isRead } from './is-read.js';
import { methodsAt } from './known-paths.js';
import { optionsAnswer } from './answer-anybody.js';
import { send } from './send.js';
import { anybody, operator, type Principal } from './principal.js';
import { requireOwnSite, type Callers } from './callers.js';
import { sessionRouteOf } from './session-routes.js';
import { readRoutes } from '../routes.js';
import type { SchemaUsage } from '../system/schema-usage.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any handler runs. */
    principal: Principal;
    /** Came through the control socket. */
    isControl: boolean;
  }
}

const open = new Set(readRoutes.filter(({ permission }) => permission === 'nobody').map(({ path }) => path));

/** Asks everybody who they are before anything else happens: unknown paths answer 401, too. Writes are looked at next. */
export function authenticateRequests(
  fastify: FastifyInstance,
  callers: Callers,
  model: ReadModel,
  usage: SchemaUsage,
  isControl: (request: FastifyRequest) => boolean,
): void {
  fastify.decorateRequest('principal');
  fastify.decorateRequest('writeHead');
  fastify.decorateRequest('writeQuery');
  fastify.addHook('onRequest', (request, reply, done) => {
    request.isControl = isControl(request);
    const { template: url } = request;
    const session = sessionRouteOf(request, url);
    // Nobody is signed in, or out, by a page of another site.
    if (session) requireOwnSite(request);
    if (session?.permission === 'nobody' || (isRead(request) && open.has(url))) {
      request.principal = anybody;
      done();
      return;
    }
    // Who asks can't be told from a file that is not ours.
    model.storage.requireReadable();
    model.beginTurn();
    const goOn = (principal: Principal): void => {
      request.principal = principal;
      if (!request.isControl) callers.requireRate(request, url);
      const schemaVersion = Number(request.headers['schema-version']);
      if (Number.isInteger(schemaVersion) && schemaVersion >= 1 && schemaVersion <= model.ladder.finalized) {
        if (!request.isControl) usage.note(schemaVersion, principal.actor, Date.now());
        announceSunset(schemaVersion, reply, model);
      }
      const allowed = request.is404 ? methodsAt(request.url) : undefined;
      if (!allowed) done(isRead(request) ? undefined : refusalOfWrite(request, model));
      else if (request.method === 'OPTIONS') send(reply, optionsAnswer(allowed), model.position());
      else done(methodNotAllowed(request, allowed));
    };
    const principal = request.isControl ? operator : callers.principalOf(request);
    if (principal instanceof Promise) {
      principal
        .then((awaited) => {
          model.storage.requireReadable();
          model.beginTurn();
          goOn(awaited);
        })
        .catch((error: unknown) => {
          done(error as Error);
        });
    } else goOn(principal);
  });
}

/** Whoever it is: which routes there are is no secret. */
function methodNotAllowed({ method, url }: FastifyRequest, allowed: readonly string[]): Refusal {
  const path = (url.split('?')[0] ?? url).slice(0, 200);
  return new Refusal('method-not-allowed', `${path} has no ${method}: send ${listed(allowed)}`);
}

function listed(methods: readonly string[]): string {
  return `${methods.slice(0, -1).join(', ')} or ${methods.at(-1) ?? ''}`;
}

/** `Deprecation` (RFC 9745) and `Sunset` (RFC 8594) for clients whose schema version is about to go. */
function announceSunset(schemaVersion: number, reply: FastifyReply, { servedVersions }: ReadModel): void {
  const sunset = sunsetOf(servedVersions.sunsets(), schemaVersion);
  if (!sunset) return;
  const announced = Math.floor(new Date(sunset.announcedAt).getTime() / 1000);
  // Node's own response, because that is what answers are written to (see `send`).
  reply.raw.setHeader('deprecation', `@${announced}`).setHeader('sunset', new Date(sunset.at).toUTCString());
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
