import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { forward } from './forward.js';
import type { Gate } from './gate.js';

/** Where the successor is, once it is in charge. */
export interface Successor {
  readonly controlSocket: string;
}

/**
 * Asks the gate twice about every request: when its head is here, and when its body is. In between a successor may
 * have taken over. While the gate is open this costs two comparisons.
 */
export function holdRequests(
  fastify: FastifyInstance,
  gate: Gate,
  successor: () => Successor,
  isControl: (request: FastifyRequest) => boolean,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (gate.isOpen) {
      done();
      return;
    }
    request.isControl = isControl(request);
    hold(gate, successor, request, reply, done);
  });
  fastify.addHook('preHandler', (request, reply, done) => {
    if (gate.isOpen) done();
    else hold(gate, successor, request, reply, done, request.body);
  });
}

function hold(
  gate: Gate,
  successor: () => Successor,
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
  body?: unknown,
): void {
  gate.pass(isWrite(request)).then(
    (where) => {
      if (where === 'here') done();
      else forward(request, reply, successor().controlSocket, Buffer.isBuffer(body) ? body : undefined);
    },
    (refusal: unknown) => {
      done(refusal as Error);
    },
  );
}

function isWrite({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}
