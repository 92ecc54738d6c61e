import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { isRead } from './is-read.js';

/**
 * Lets what a client sends behind a write on the same connection, without waiting for its answer, begin when the write
 * is answered (RFC 9112 §9.3.2): a read would else be evaluated while the write is on its way to the disk, and not see
 * it. Costs other requests one look-up.
 */
export function answerInOrder(fastify: FastifyInstance): void {
  /** The last write of a connection that has no answer yet. */
  const unanswered = new WeakMap<Socket, ServerResponse>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    const before = unanswered.get(socket);
    if (!isRead(request)) {
      const answer = reply.raw;
      unanswered.set(socket, answer);
      answer.once('close', () => {
        if (unanswered.get(socket) === answer) unanswered.delete(socket);
      });
    }
    // `close` comes after the whole answer, and when the connection breaks.
    if (before) before.setMaxListeners(0).once('close', done);
    else done();
  });
}
