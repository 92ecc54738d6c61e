import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiResponse, ApiTags, getSchemaPath } from './api-decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { storageRefusal } from '../commands/storage-refusal.js';
import type { Database } from '../events/database.js';
import { lastUpgrade } from '../events/version-history.js';
import { readInstallation } from '../events/installation.js';
import { readHead } from '../events/log.js';
import { registered } from '../projections/registry.js';
import { requireEditor } from '../queries/list-changesets.js';
import { ReadModel } from '../queries/read-model.js';
import { Health, System, type Upgrade } from './system-answer-shapes.js';
import { Read } from './describe.js';
import { headersNamed, ofBody } from './described-headers.js';
import { Readiness } from './readiness.js';
import { SchemaUsage } from './schema-usage.js';
import { jsonAnswer, send } from './send.js';
import { requireNoQuery } from './shape.js';

/** What this installation is and how it does. */
@ApiTags('System')
@Controller()
export class SystemController {
  constructor(
    private readonly model: ReadModel,
    private readonly readiness: Readiness,
    private readonly usage: SchemaUsage,
  ) {}

  @Get('healthz')
  @Read({ operationId: 'isAlive', summary: 'Whether the server is alive', answer: Health, isOpen: true })
  health(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    requireNoQuery(request.query);
    send(reply, jsonAnswer({ status: 'alive' }), this.model.positionOrZero());
  }

  @Get('readyz')
  @Read({
    operationId: 'isReady',
    summary: 'Whether the server may receive traffic',
    answer: Health,
    isOpen: true,
  })
  @ApiResponse({
    status: 503,
    description: 'Not now',
    headers: headersNamed(ofBody),
    content: { 'application/json': { schema: { $ref: getSchemaPath(Health) } } },
  })
  ready(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    requireNoQuery(request.query);
    const status = this.readiness.draining ? 'draining' : this.storageStatus();
    const isReady = status === 'ready' || status === 'damaged';
    send(reply, jsonAnswer({ status }, isReady ? 200 : 503), this.model.positionOrZero());
  }

  /** A damaged page keeps nobody from the others; without its head the log can't be read at all. */
  private storageStatus(): string {
    const { storage } = this.model;
    if (storage.status === 'lost') return 'storage-lost';
    try {
      this.model.position();
    } catch (error) {
      return storageRefusal(error)?.code ?? 'storage-damaged';
    }
    return storage.status === 'damaged' ? 'damaged' : 'ready';
  }

  @Get('system')
  @Read({
    operationId: 'findSystem',
    summary: 'What this installation is and how it does',
    answer: System,
    refusals: [404],
  })
  system(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    requireEditor(request.principal.role);
    requireNoQuery(request.query);
    const { db, ladder, schema, storage } = this.model;
    const { position, hash } = readHead(db);
    const { programVersion, mode, epoch } = readInstallation(db);
    const isAdmin = request.principal.role === 'admin';
    const answer = jsonAnswer({
      version: programVersion,
      mode,
      epoch,
      position,
      hash,
      schema: {
        current: ladder.known,
        minimum: ladder.lowestServed(schema.minimum()),
        finalized: ladder.current,
        sunsets: schema.sunsets(),
        usage: { since: this.usage.since.toISOString(), versions: this.usage.list(isAdmin) },
      },
      projections: registered(db),
      storage: {
        status: storage.status,
        damages: storage.damages,
        // They name what others asked for, and directories of the machine.
        ...(isAdmin && { lastDamage: storage.lastDamage, loss: storage.loss?.message ?? null }),
      },
      upgrade: upgradeOf(db),
    });
    send(reply, answer, position);
  }
}

function upgradeOf(db: Database): Upgrade | undefined {
  const last = lastUpgrade(db);
  if (!last) return undefined;
  const { predecessorVersion, programVersion, at, position, windowMs, finalizedAt } = last;
  return { from: predecessorVersion ?? '', to: programVersion, at, position, windowMs, finalizedAt };
}
