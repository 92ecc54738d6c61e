import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Gate } from './gate.js';

/** Where the successor is, once it is in charge. */
export interface Successor {
  readonly controlSocket: string;
}

/** Has the successor answer, with the body as far as it was read. */
type Forward = (request: FastifyRequest, reply: FastifyReply) => void;

/**
 * Asks the gate twice about every request: when its head is here, and when its body is. In between a successor may
 * have taken over. While the gate is open this costs two comparisons.
 */
export function holdRequests(
  fastify: FastifyInstance,
  gate: Gate,
  forward: Forward,
  isControl: (request: FastifyRequest) => boolean,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (gate.isOpen) {
      done();
      return;
    }
    request.isControl = isControl(request);
    hold(gate, forward, request, reply, done);
  });
  fastify.addHook('preHandler', (request, reply, done) => {
    if (gate.isOpen) done();
    else hold(gate, forward, request, reply, done);
  });
}

function hold(
  gate: Gate,
  forward: Forward,
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  gate.pass(isWrite(request)).then(
    (where) => {
      if (where === 'here') done();
      else forward(request, reply);
    },
    (refusal: unknown) => {
      done(refusal as Error);
    },
  );
}

function isWrite({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}
