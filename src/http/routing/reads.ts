import { Inject, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TooDear } from '../../queries/bearable.js';
import { ReadModel } from '../../queries/read-model.js';
import { Refusal } from '../../refusal.js';
import { answerRead, type Read } from './answer-read.js';
import { isFileAnswer, SendFiles } from '../assets/send-file.js';
import { OpenStreams } from '../log/open-streams.js';
import {
  askedOf,
  requireMayAsk,
  type Asked,
  type Parts,
  type Question,
  type ReadRoute,
} from './read-route.js';
import { DEAR_READS, type DearReads, type ReadElsewhere } from '../large-reads/dear-reads.js';
import { sendRead } from '../edge/send.js';
import { inSpan } from '../edge/tracing.js';

/** Takes a question to the QueryBus, or to a thread where its answer would hold up all others, and the answer to the client. */
@Injectable()
export class Reads {
  constructor(
    private readonly queries: QueryBus,
    private readonly model: ReadModel,
    private readonly streams: OpenStreams,
    @Inject(DEAR_READS) private readonly dear: DearReads,
    private readonly files: SendFiles,
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
    const { operationId } = route;
    const { answer, position } =
      (await inSpan(request.trace, `query ${operationId}`, {}, () => this.here(route, asked))) ??
      (await inSpan(request.trace, `query ${operationId} in a thread`, {}, () =>
        this.elsewhere(route, request, reply),
      ));
    if (isFileAnswer(answer)) await this.files.send(request, reply, answer, position);
    else sendRead(request, reply, answer, position);
  }

  /** Undefined where its answer would hold up all others. */
  private async here(route: ReadRoute, asked: Asked): Promise<Read | undefined> {
    try {
      return await answerRead(route, asked, this.queries);
    } catch (error) {
      if (!(error instanceof TooDear)) throw error;
      return undefined;
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
