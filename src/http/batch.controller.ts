import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from './api-decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { batchLimits } from '../commands/batch-weight.js';
import { ReadModel } from '../queries/read-model.js';
import { refusalFacts, refuse } from '../refusal.js';
import { withSchemaVersion } from '../schema/check-document.js';
import { readJson } from '../schema/read-json.js';
import { BatchAnswer } from './page-answer-shapes.js';
import { Write } from './describe.js';
import { examples, jsonBody } from './described-bodies.js';
import { BatchBody, readBatch } from './read-batch.js';
import { requireMediaType } from './sent.js';
import { jsonAnswer, send } from './send.js';
import { readQuery } from './shape.js';
import { BatchQuery } from './write-query.js';
import { pageWriteAnswer, sentBy, Writes } from './writes.js';

const mebibyte = 1024 * 1024;
const described = `What the items bring, read and append of documents is bounded (${batchLimits.weightBytes / mebibyte} MiB together: a
patch reads the page and appends it), and so is the answer (${batchLimits.answerBytes / mebibyte} MiB): beyond either the batch is refused
(\`too-much-work\`, with the \`index\` of the item) and nothing is appended. Items are answered without \`content\` unless
\`with=content\` asks for it.`;

/** Several writes, all or none, as one change set. */
@ApiTags('Writes')
@ApiExtraModels(BatchBody)
@Controller('batch')
export class BatchController {
  constructor(
    private readonly writes: Writes,
    private readonly model: ReadModel,
  ) {}

  @Post()
  @HttpCode(200)
  @Write({
    operationId: 'batch',
    summary: 'Several writes, all or none',
    description: described,
    query: BatchQuery,
    body: jsonBody(BatchBody, examples.batch),
    takes: ['Schema-Version'],
    answer: BatchAnswer,
    refusals: [404, 409, 412, 428],
  })
  async batch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const sent = sentBy(request, this.model);
    const query = readQuery(BatchQuery, request.query);
    requireMediaType(sent, 'application/json');
    const { value, refusal } = readJson(
      sent.body.kind === 'bytes' ? sent.body.bytes : Buffer.alloc(0),
      'none',
    );
    if (refusal) {
      refuse(withSchemaVersion(refusalFacts(refusal), sent.schemaVersion ?? this.model.ladder.current));
    }
    const { writes, comment } = readBatch(value, request.headers, this.model);
    const outcome = await this.writes.submit(
      request,
      writes.map(({ command }) => command),
      {
        comment,
        dryRun: query.dryRun,
        answersAt: writes.map(({ schemaVersion }) => schemaVersion ?? this.model.ladder.current),
        batch: { isWithoutContent: query.with !== 'content', limits: batchLimits },
      },
    );
    const answers = outcome.results.map((result, index) =>
      pageWriteAnswer(result, request.principal.role, writes[index]?.toContent ?? false),
    );
    const body = answers.map(({ status, headers, body }) => {
      const head = JSON.stringify({ status, headers }).slice(0, -1);
      return body === '' ? `${head}}` : `${head},"body":${body}}`;
    });
    const { headers } = jsonAnswer(null);
    send(reply, { status: 200, headers, body: `{"items":[${body.join(',')}]}` }, outcome.position);
  }
}
