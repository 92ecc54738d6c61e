import { Injectable } from '@nestjs/common';
import { QueryBus, type Query } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ReadModel } from '../queries/read-model.js';
import { schemaVersionOf } from './headers.js';
import { requireMayAsk, type Asked, type AtPosition, type ReadRoute } from './read-route.js';
import { sendRead } from './send.js';

/** Takes a question to the QueryBus, and what was found back to the client. */
@Injectable()
export class Reads {
  constructor(
    private readonly queries: QueryBus,
    private readonly model: ReadModel,
  ) {}

  /** @throws Refusal */
  async answer(route: ReadRoute, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const asked = this.asked(request);
    requireMayAsk(route.permission, asked.access);
    let query: Query<AtPosition>;
    try {
      query = route.ask(asked);
    } catch (refusal) {
      if (route.first) await this.queries.execute(route.first(asked));
      throw refusal;
    }
    const found = await this.queries.execute(query);
    sendRead(request, reply, route.show(found, asked), found.position);
  }

  private asked({ principal, params, query, headers, url }: FastifyRequest): Asked {
    const { model } = this;
    return {
      access: principal.access,
      params: params as Record<string, string>,
      query,
      headers,
      url,
      schemaVersion: () => schemaVersionOf(headers, model) ?? model.ladder.current,
      currentSchemaVersion: model.ladder.current,
    };
  }
}
