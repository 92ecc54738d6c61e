import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readInstallation } from '../events/installation.js';
import { readHead } from '../events/log.js';
import { registered } from '../projections/registry.js';
import { requireEditor } from '../queries/list-changesets.js';
import { ReadModel } from '../queries/read-model.js';
import { currentSchemaVersion, minimumSchemaVersion } from '../schema/ladder.js';
import { Readiness } from './readiness.js';
import { jsonAnswer, send } from './send.js';
import { requireNoQuery } from './shape.js';

/** What this installation is and how it does. */
@Controller()
export class SystemController {
  constructor(
    private readonly model: ReadModel,
    private readonly readiness: Readiness,
  ) {}

  @Get('healthz')
  health(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    requireNoQuery(request.query);
    send(reply, jsonAnswer({ status: 'alive' }), this.model.position());
  }

  @Get('readyz')
  ready(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    requireNoQuery(request.query);
    const ready = !this.readiness.draining;
    send(reply, jsonAnswer({ status: ready ? 'ready' : 'draining' }, ready ? 200 : 503), this.model.position());
  }

  @Get('system')
  system(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    requireEditor(request.principal.role);
    requireNoQuery(request.query);
    const { db } = this.model;
    const { position, hash } = readHead(db);
    const { programVersion, mode, epoch } = readInstallation(db);
    const answer = jsonAnswer({
      version: programVersion,
      mode,
      epoch,
      position,
      hash: hash.toString('hex'),
      schema: { current: currentSchemaVersion, minimum: minimumSchemaVersion },
      projections: registered(db),
    });
    send(reply, answer, position);
  }
}
