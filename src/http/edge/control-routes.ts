import type { CommandBus } from '@nestjs/cqrs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeSet, Swap, Writer } from '../../commands/change-set.js';
import { Refusal } from '../../refusal.js';
import { jsonAnswer, send } from './send.js';
import { SubmitChangeSet } from './submit-change-set.js';

/** A commit with large files is one change set. */
const changeSetLimitBytes = 1024 * 1024 * 1024;

/** To anybody else there is nothing. */
export function requireControl(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  done(request.isControl ? undefined : new Refusal('not-found', `there is nothing at ${request.url}`));
}

/**
 * What only the command line asks for, through the control socket: change sets with a time and an author of their
 * own, and rebuilt projections. To anybody else these paths don't exist. The caller owns the data directory, so
 * what it sends is trusted. `forget`: what is remembered of projections that were put right.
 */
export function addControlRoutes(
  fastify: FastifyInstance,
  commands: CommandBus,
  writer: Writer,
  forget: () => void,
): void {
  const onRequest = requireControl;
  const bodyOf = (request: FastifyRequest): unknown => JSON.parse((request.body as Buffer).toString());

  fastify.post(
    '/control/changesets',
    { bodyLimit: changeSetLimitBytes, onRequest },
    async (request, reply) => {
      // Whoever owns the data directory may do everything, whichever release's command line asks.
      const { rights } = request.principal.access;
      const submit = new SubmitChangeSet({ ...(bodyOf(request) as ChangeSet), rights }, request.trace);
      const outcome = await commands.execute(submit);
      send(reply, jsonAnswer(outcome), outcome.kind === 'failed' ? 0 : outcome.position);
      return reply;
    },
  );

  fastify.post('/control/projections', { onRequest }, async (request, reply) => {
    const swap = bodyOf(request) as Swap;
    await writer.swapProjections(swap);
    forget();
    send(reply, { status: 204, headers: {}, body: '' }, swap.built);
    return reply;
  });
}
