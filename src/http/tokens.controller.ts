import { randomUUID } from 'node:crypto';
import { Controller, Delete, Get, Post, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from './api-decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requirePermission } from '../commands/permissions.js';
import type { Token } from '../projections/tokens.js';
import { listName, pageOf, readCursor } from '../queries/cursor.js';
import { requireEditor } from '../queries/list-changesets.js';
import { ReadModel } from '../queries/read-model.js';
import { Refusal } from '../refusal.js';
import { NewToken, TokenList } from './token-answer-shapes.js';
import { Authentication, hashSecret } from './authentication.js';
import { Read, Write } from './describe.js';
import { examples, jsonBody } from './described-bodies.js';
import { defaultLimit, ListQuery } from './read-shapes.js';
import { newSecret } from './secret.js';
import { jsonAnswer, send } from './send.js';
import { membersOf } from './sent.js';
import { readQuery, readShape } from './shape.js';
import { parseTime } from './time.js';
import { CreateTokenBody } from './write-shapes.js';
import { WriteQuery } from './write-query.js';
import { sentBy, Writes } from './writes.js';

const tokenId = { name: 'id', schema: { type: 'string', format: 'uuid' }, description: 'The token' };

/** Access tokens, for administrators. */
@ApiTags('Tokens')
@ApiExtraModels(CreateTokenBody)
@Controller('tokens')
export class TokensController {
  constructor(
    private readonly writes: Writes,
    private readonly model: ReadModel,
    private readonly authentication: Authentication,
  ) {}

  /** The secret is in this answer and nowhere else: a repetition answers without it. */
  @Post()
  @Write({
    operationId: 'createToken',
    summary: 'Issue a token',
    status: 201,
    body: jsonBody(CreateTokenBody, examples.token),
    answer: NewToken,
    tells: ['Location'],
  })
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { dryRun } = readQuery(WriteQuery, request.query);
    const body = readShape(CreateTokenBody, membersOf(sentBy(request, this.model)), 'body');
    const secret = newSecret();
    const command = {
      kind: 'create-token',
      token: randomUUID(),
      name: body.name ?? '',
      role: body.role,
      hash: hashSecret(secret),
      expiresAt: typeof body.expiresAt === 'string' ? readExpiry(body.expiresAt) : null,
    } as const;
    const outcome = await this.writes.submit(request, [command], { comment: undefined, dryRun });
    const [result] = outcome.results;
    if (result?.kind !== 'token') throw new Error('a token was created and is not in the outcome');
    const shown = { ...this.view(result.token), ...(!outcome.repeated && dryRun !== true && { secret }) };
    const answer = jsonAnswer(shown, 201);
    const headers = {
      ...answer.headers,
      location: `/tokens/${result.token.id}`,
      'cache-control': 'no-store',
    };
    send(reply, { ...answer, headers }, outcome.position);
  }

  @Get()
  @Read({
    operationId: 'listTokens',
    summary: 'Tokens, without their secrets',
    query: ListQuery,
    answer: TokenList,
    refusals: [403, 404],
  })
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    requireEditor(request.principal.role);
    requirePermission(request.principal.role, 'administer');
    const { limit = defaultLimit, cursor } = readQuery(ListQuery, request.query);
    const position = this.model.position();
    const part = { list: listName('tokens'), limit, cursor };
    const rows = this.model.tokens.tokensAfter(readCursor(part) ?? 0, limit + 1);
    send(
      reply,
      jsonAnswer(
        pageOf(
          part,
          rows,
          (row) => row.number,
          (row) => this.view(row),
        ),
      ),
      position,
    );
  }

  @Delete(':id')
  @Write({
    operationId: 'revokeToken',
    summary: 'Revoke a token',
    params: [tokenId],
    status: 204,
    refusals: [404],
  })
  async revoke(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { dryRun } = readQuery(WriteQuery, request.query);
    const token = (request.params as { id: string }).id.toLowerCase();
    const outcome = await this.writes.submit(request, [{ kind: 'revoke-token', token }], {
      comment: undefined,
      dryRun,
    });
    send(reply, { status: 204, headers: {}, body: '' }, outcome.position);
  }

  private view({ id, name, role, createdAt, expiresAt }: Token) {
    const lastUsedAt = this.authentication.lastUsedAt(id);
    return {
      id,
      name,
      role,
      path: '/',
      createdAt,
      ...(expiresAt !== null && { expiresAt }),
      ...(lastUsedAt !== null && { lastUsedAt }),
    };
  }
}

function readExpiry(text: string): string {
  const time = parseTime(text);
  if (!time) throw new Refusal('malformed-request', `expiresAt has to be a time (ISO 8601), not "${text}"`);
  return time.toISOString();
}
