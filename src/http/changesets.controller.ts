import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from './api-decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { listName } from '../queries/cursor.js';
import { FindChangeset, requireEditor, type ChangesetView } from '../queries/list-changesets.js';
import { ReadModel } from '../queries/read-model.js';
import { Changeset, ChangesetList } from './log-answer-shapes.js';
import { Read } from './describe.js';
import { ChangesetsQuery, defaultLimit } from './read-shapes.js';
import { Reads } from './reads.js';
import { jsonAnswer, send } from './send.js';
import { readQuery, requireNoQuery } from './shape.js';

const changesetId = { name: 'id', schema: { type: 'string', format: 'uuid' }, description: 'The change set' };

/** What was done together: commands, batches and imported commits. */
@ApiTags('Log')
@Controller('changesets')
export class ChangesetsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly reads: Reads,
    private readonly model: ReadModel,
  ) {}

  @Get()
  @Read({
    operationId: 'listChangesets',
    summary: 'Commands, batches and imported commits, in order',
    query: ChangesetsQuery,
    answer: ChangesetList,
    refusals: [404, 429],
  })
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    requireEditor(request.principal.role);
    const { after = 0, limit = defaultLimit, cursor } = readQuery(ChangesetsQuery, request.query);
    this.model.requireHappened(after, { parameter: 'after' });
    const part = { list: listName('changesets'), limit, cursor };
    const { role } = request.principal;
    await this.reads.answer({ kind: 'changesets', role, after, part }, request, reply);
  }

  @Get(':id')
  @Read({
    operationId: 'findChangeset',
    summary: 'A change set',
    params: [changesetId],
    answer: Changeset,
    refusals: [404],
  })
  async find(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    requireEditor(request.principal.role);
    requireNoQuery(request.query);
    const position = this.model.position();
    const query = new FindChangeset(
      request.principal.role,
      (request.params as { id: string }).id.toLowerCase(),
    );
    send(reply, jsonAnswer(await this.queries.execute<FindChangeset, ChangesetView>(query)), position);
  }
}
