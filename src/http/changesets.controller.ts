import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Items } from '../queries/cursor.js';
import { FindChangeset, ListChangesets, requireEditor, type ChangesetView } from '../queries/list-changesets.js';
import { ReadModel } from '../queries/read-model.js';
import { ChangesetsQuery, defaultLimit } from './read-shapes.js';
import { jsonAnswer, send } from './send.js';
import { readQuery, requireNoQuery } from './shape.js';

/** What was done together: commands, batches and imported commits. */
@Controller('changesets')
export class ChangesetsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly model: ReadModel,
  ) {}

  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    requireEditor(request.principal.role);
    const { after = 0, limit = defaultLimit, cursor } = readQuery(ChangesetsQuery, request.query);
    const position = this.model.position();
    const query = new ListChangesets(request.principal.role, after, limit, cursor);
    send(reply, jsonAnswer(await this.queries.execute<ListChangesets, Items<ChangesetView>>(query)), position);
  }

  @Get(':id')
  async find(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    requireEditor(request.principal.role);
    requireNoQuery(request.query);
    const position = this.model.position();
    const query = new FindChangeset(request.principal.role, (request.params as { id: string }).id.toLowerCase());
    send(reply, jsonAnswer(await this.queries.execute<FindChangeset, ChangesetView>(query)), position);
  }
}
