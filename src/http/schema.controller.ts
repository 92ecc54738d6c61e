import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiTags } from './api-decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sunsetOf } from '../projections/schema.js';
import { ReadModel } from '../queries/read-model.js';
import { Refusal } from '../refusal.js';
import { publishedSchemas } from '../schema/published-schema.js';
import { Read } from './describe.js';
import { SchemaOfVersion, Schemas } from './schema-answer-shapes.js';
import { jsonAnswer, send } from './send.js';
import { requireNoQuery } from './shape.js';

/** The schema versions: what changed from one to the next, and what content looks like at each. */
@ApiTags('Schema')
@Controller('schema')
export class SchemaController {
  constructor(private readonly model: ReadModel) {}

  @Get()
  @Read({ operationId: 'listSchemaVersions', summary: 'The schema versions, oldest first', answer: Schemas })
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    requireNoQuery(request.query);
    const { ladder, schema } = this.model;
    const sunsets = schema.sunsets();
    const answer = jsonAnswer({
      current: ladder.known,
      minimum: ladder.lowestServed(schema.minimum()),
      // What is above waits until nobody goes back to the version before.
      finalized: ladder.current,
      versions: ladder.versions.map(({ version, title, hash, rung }) => ({
        version,
        title,
        hash,
        changes: rung.changes,
        lossy: rung.losses,
        irreversible: rung.irreversible,
        sunset: sunsetOf(sunsets, version)?.at ?? null,
      })),
    });
    send(reply, answer, this.model.position());
  }

  @Get(':version')
  @Read({
    operationId: 'findSchema',
    summary: 'JSON Schema of every type at a schema version',
    params: [{ name: 'version', schema: { type: 'integer', minimum: 1 }, description: 'A schema version' }],
    answer: SchemaOfVersion,
    refusals: [404],
  })
  find(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { version: asked } = request.params as { version: string };
    const { ladder } = this.model;
    const found = /^[1-9]\d{0,8}$/.test(asked) ? ladder.versions[Number(asked) - 1] : undefined;
    if (!found) {
      throw new Refusal('not-found', `there is no schema version ${asked}: the newest is ${ladder.current}`);
    }
    requireNoQuery(request.query);
    const { version, title } = found;
    send(reply, jsonAnswer({ version, title, ...publishedSchemas(found) }), this.model.position());
  }
}
