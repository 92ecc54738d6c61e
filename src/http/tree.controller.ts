import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiExtraModels, ApiResponse, ApiTags, getSchemaPath } from './api-decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { listName } from '../queries/cursor.js';
import { FindPath, type AtPath } from '../queries/find-path.js';
import { FindTree, type TreePiece } from '../queries/find-tree.js';
import { ReadModel, type Moment } from '../queries/read-model.js';
import { Refusal } from '../refusal.js';
import { Envelope } from './page-answer-shapes.js';
import { MovedPath, Tree } from './tree-answer-shapes.js';
import { Read } from './describe.js';
import { headersNamed, ofBody, ofSunset } from './described-headers.js';
import { envelopeAnswer } from './page-answer.js';
import { AsOfQuery, TreeQuery, momentOf, treeLimit } from './read-shapes.js';
import { jsonAnswer, send, sendRead } from './send.js';
import { readQuery } from './shape.js';
import { showing } from './writes.js';

const pathInTree = {
  name: 'path',
  schema: { type: 'string' },
  description: 'The segments of the path, with the slashes in between',
};

/** Where pages are. */
@ApiTags('Tree')
@ApiExtraModels(MovedPath)
@Controller()
export class TreeController {
  constructor(
    private readonly queries: QueryBus,
    private readonly model: ReadModel,
  ) {}

  @Get('paths/*')
  @Read({
    operationId: 'findPath',
    summary: 'The page at a path',
    params: [pathInTree],
    query: AsOfQuery,
    answer: Envelope,
    shows: 'content',
    refusals: [404],
  })
  @ApiResponse({
    status: 308,
    description: 'What was there is elsewhere now',
    headers: headersNamed(['Location', ...ofBody, ...ofSunset]),
    content: { 'application/json': { schema: { $ref: getSchemaPath(MovedPath) } } },
  })
  async atPath(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { role } = request.principal;
    const [rawPath = '', search] = request.url.split('?');
    const path = decodePath(rawPath.slice('/paths'.length));
    const { asOf, schemaVersion } = await this.asked(request, path);
    const query = new FindPath(path, role, schemaVersion, asOf);
    const found = await this.queries.execute<FindPath, AtPath>(query);
    if (found.kind === 'page') {
      sendRead(request, reply, envelopeAnswer(found.page, role), found.page.position);
      return;
    }
    const location = `/paths${encodePath(found.to)}${search === undefined ? '' : `?${search}`}`;
    const answer = jsonAnswer({ path: found.to }, 308);
    send(reply, { ...answer, headers: { ...answer.headers, location } }, found.position);
  }

  /** The moment that is asked about, and the schema version. Where there is nothing to see, that is said first. */
  private async asked(
    request: FastifyRequest,
    path: string,
  ): Promise<{ readonly asOf: Moment | undefined; readonly schemaVersion: number }> {
    try {
      const { asOf } = momentOf(readQuery(AsOfQuery, request.query).asOf);
      return { asOf, schemaVersion: showing(request, this.model).schemaVersion };
    } catch (refusal) {
      await this.queries.execute(new FindPath(path, request.principal.role, this.model.ladder.current));
      throw refusal;
    }
  }

  @Get('tree')
  @Read({
    operationId: 'findTree',
    summary: 'Pages by their place, in order',
    query: TreeQuery,
    answer: Tree,
    refusals: [404],
  })
  async tree(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { role } = request.principal;
    const { root, depth, asOf, limit = treeLimit, cursor } = readQuery(TreeQuery, request.query);
    const position = this.model.positionFor(role, momentOf(asOf).asOf);
    const then = asOf === undefined ? undefined : { position };
    const part = { list: listName('tree', { root, depth, asOf }), limit, cursor };
    const query = new FindTree(role, part, root, depth, then);
    const piece = await this.queries.execute<FindTree, TreePiece>(query);
    send(reply, jsonAnswer({ ...piece }), position);
  }
}

/** An escaped slash is part of no name, so decoding segment by segment can't make two of one. */
function decodePath(path: string): string {
  try {
    return path.split('/').map(decodeURIComponent).join('/');
  } catch {
    throw new Refusal('malformed-request', `${path} has percent escapes that are not UTF-8`);
  }
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
