import { Inject, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TooDear } from '../../queries/bearable.js';
import { ReadModel } from '../../queries/read-model.js';
import { Refusal } from '../../refusal.js';
import { answerRead } from './answer-read.js';
import { OpenStreams } from '../log/open-streams.js';
import { askedOf, requireMayAsk, type Parts, type Question, type ReadRoute } from './read-route.js';
import { DEAR_READS, type DearReads, type ReadElsewhere } from '../large-reads/dear-reads.js';
import { sendRead } from '../edge/send.js';

/** Takes a question to the QueryBus, or to a thread where its answer would hold up all others, and the answer to the client. */
@Injectable()
export class Reads {
  constructor(
    private readonly queries: QueryBus,
    private readonly model: ReadModel,
    private readonly streams: OpenStreams,
    @Inject(DEAR_READS) private readonly dear: DearReads,
  ) {}

  /** @throws Refusal */
  async answer(route: ReadRoute, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { principal } = request;
    const asked = askedOf(partsOf(request), principal.access, this.model, principal);
    requireMayAsk(route.permission, asked.access);
    const followed = route.follow?.(asked);
    if (followed) {
      this.streams.open(followed, request, reply);
      return;
    }
    try {
      const { answer, position } = await answerRead(route, asked, this.queries);
      sendRead(request, reply, answer, position);
    } catch (error) {
      if (!(error instanceof TooDear)) throw error;
      const { answer, position } = await this.elsewhere(route, request, reply);
      sendRead(request, reply, answer, position);
    }
  }

  private async elsewhere(
    route: ReadRoute,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<ReadElsewhere> {
    const { token } = request.principal;
    try {
      return await this.dear.ask(questionOf(route, request), { token, isThere: () => !reply.raw.destroyed });
    } catch (error) {
      if (error instanceof Refusal && error.code === 'storage-damaged')
        this.model.storage.noteDamage(error.message, `${request.method} ${request.url}`);
      throw error;
    }
  }
}

/** What of a request its answer may depend on, besides who asks. */
function partsOf({ params, query, headers, url }: FastifyRequest): Parts {
  return {
    params: params as Record<string, string>,
    query: query as Record<string, unknown>,
    headers,
    url,
  };
}

function questionOf({ operationId }: ReadRoute, request: FastifyRequest): Question {
  const { authorization: _secret, ...headers } = request.headers;
  return {
    ...partsOf(request),
    route: operationId,
    rights: request.principal.access.rights,
    headers,
  };
}
