import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, ApiTags, getSchemaPath } from './api-decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { listName } from '../queries/cursor.js';
import { ReadModel, type Moment } from '../queries/read-model.js';
import { Refusal } from '../refusal.js';
import { Envelope } from './page-answer-shapes.js';
import { MovedPath, Tree } from './tree-answer-shapes.js';
import { Read } from './describe.js';
import { headersNamed, ofBody, ofSunset } from './described-headers.js';
import { AsOfQuery, TreeQuery, momentOf, thenOf, treeLimit } from './read-shapes.js';
import { Reads } from './reads.js';
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
    private readonly reads: Reads,
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
    refusals: [404, 429],
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
    await this.reads.answer({ kind: 'path', role, path, schemaVersion, asOf, search }, request, reply);
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
      await this.reads.requirePath(path, request.principal.role);
      throw refusal;
    }
  }

  @Get('tree')
  @Read({
    operationId: 'findTree',
    summary: 'Pages by their place, in order',
    query: TreeQuery,
    answer: Tree,
    refusals: [404, 429],
  })
  async tree(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { role } = request.principal;
    const { root, depth, asOf, limit = treeLimit, cursor } = readQuery(TreeQuery, request.query);
    const then = thenOf(this.model, role, asOf);
    const part = { list: listName('tree', { root, depth, asOf }), limit, cursor };
    await this.reads.answer({ kind: 'tree', role, part, root, depth, then }, request, reply);
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
