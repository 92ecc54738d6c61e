import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { isRead } from './is-read.js';
import { takesFile } from './admit-writes.js';
import { endIfStalled, Holding, type HeldMemory } from './holding.js';
import { readBody } from './read-body.js';

/**
 * Has bodies and answers counted, once it is known whose they are, and has connections `lost` on which a body stands still.
 * What comes in by the control socket belongs to the owner of the machine, and may be large, and slow.
 */
export function limitMemory(
  fastify: FastifyInstance,
  memory: HeldMemory,
  lost: (socket: Socket) => void,
): void {
  const patience = { idleMs: memory.limits.stalledMs, lost };
  fastify.decorateRequest('holding', undefined);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { principal } = request;
    if (!request.isControl) {
      request.holding = new Holding(memory, request, principal.token);
      if (!isRead(request)) request.holding.begin(reply.raw);
    }
    done();
  });
  // Bodies stay bytes: what a client sent is what is stored.
  fastify.removeAllContentTypeParsers();
  // The expression means every type, and Fastify remembers what it matched; the star is for a body of no type.
  for (const type of [/^/, '*']) {
    fastify.addContentTypeParser(type, (request, payload: IncomingMessage, done) => {
      if (takesFile(request)) {
        if (!request.isControl) endIfStalled(request.raw.socket, memory.limits.stalledMs);
        done(null, undefined);
        return;
      }
      readBody(request, payload, request.isControl ? undefined : patience, done);
    });
  }
  fastify.addHook('preHandler', (request, _reply, done) => {
    request.holding?.atWork();
    done();
  });
}
