import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiTags } from './api-decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ReadModel } from '../queries/read-model.js';
import { ApiDocument } from './api-document.js';
import { Read } from './describe.js';
import { jsonAnswer, send } from './send.js';
import { requireNoQuery } from './shape.js';

/** What can be asked of this server. */
@ApiTags('System')
@Controller('openapi.json')
export class OpenApiController {
  constructor(
    private readonly api: ApiDocument,
    private readonly model: ReadModel,
  ) {}

  @Get()
  @Read({
    operationId: 'getOpenApi',
    summary: 'This document',
    content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
  })
  async document(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    requireNoQuery(request.query);
    const position = this.model.position();
    send(reply, jsonAnswer(await this.api.document()), position);
  }
}
