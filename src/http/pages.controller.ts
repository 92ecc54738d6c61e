import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiTags, getSchemaPath, ApiExtraModels } from './api-decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { listName } from '../queries/cursor.js';
import type { FindPage } from '../queries/find-page.js';
import { ReadModel } from '../queries/read-model.js';
import { Refusal } from '../refusal.js';
import { PatchOperation, VersionList } from './history-answer-shapes.js';
import { Envelope, PageList, PageVersion } from './page-answer-shapes.js';
import { pageId, Read } from './describe.js';
import { header } from './headers.js';
import {
  AsOfQuery,
  DiffQuery,
  PageQuery,
  PagesQuery,
  VersionsQuery,
  defaultLimit,
  momentOf,
  thenOf,
} from './read-shapes.js';
import type { OfPage } from './question.js';
import { Reads } from './reads.js';
import { readQuery, readShape } from './shape.js';
import { showing } from './writes.js';

const versionNumber = {
  name: 'version',
  schema: { type: 'integer', minimum: 1 },
  description: 'A content version',
};

/** Reading pages. Writing them is in `page-writes.controller.ts`. */
@ApiTags('Pages')
@Controller('pages')
export class PagesController {
  constructor(
    private readonly reads: Reads,
    private readonly model: ReadModel,
  ) {}

  @Get()
  @Read({
    operationId: 'listPages',
    summary: 'Pages in the order of their creation',
    query: PagesQuery,
    answer: PageList,
    refusals: [404, 429],
  })
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { limit = defaultLimit, cursor, asOf, ...filter } = readQuery(PagesQuery, request.query);
    const { role } = request.principal;
    const then = thenOf(this.model, role, asOf);
    const part = { list: listName('pages', { ...filter, asOf }), limit, cursor };
    await this.reads.answer({ kind: 'pages', role, filter, part, then }, request, reply);
  }

  @Get(':id')
  @Read({
    operationId: 'findPage',
    summary: 'A page',
    params: [pageId],
    query: PageQuery,
    answer: Envelope,
    shows: 'content',
    refusals: [404, 429],
  })
  async find(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.reads.answer({ kind: 'envelope', ...(await this.page(request)) }, request, reply);
  }

  @Get(':id/content')
  @Read({
    operationId: 'findContent',
    summary: 'The document alone',
    params: [pageId],
    query: PageQuery,
    content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
    shows: 'content',
    refusals: [404, 429],
  })
  async content(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.reads.answer({ kind: 'content', ...(await this.page(request)) }, request, reply);
  }

  @Get(':id/versions')
  @Read({
    operationId: 'listVersions',
    summary: 'The versions of a page, newest first',
    params: [pageId],
    query: VersionsQuery,
    answer: VersionList,
    refusals: [404, 429],
  })
  async versions(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { role } = request.principal;
    const { limit, cursor, asOf, then } = await this.asked(request, () => {
      const { limit = defaultLimit, cursor, asOf } = readQuery(VersionsQuery, request.query);
      return { limit, cursor, asOf, then: thenOf(this.model, role, asOf) };
    });
    const id = idOf(request);
    const part = { list: listName('versions', { id, asOf }), limit, cursor };
    await this.reads.answer({ kind: 'versions', role, id, part, then }, request, reply);
  }

  @Get(':id/versions/:version')
  @Read({
    operationId: 'findVersion',
    summary: 'A version of a page, which never changes',
    description:
      'To be kept for ever when the request names its `Schema-Version`; else an upgrade changes the answer.',
    params: [pageId, versionNumber],
    query: AsOfQuery,
    answer: PageVersion,
    shows: 'content',
    refusals: [404, 429],
  })
  async version(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { role, schemaVersion, then } = await this.asked(request, () => ({
      ...showing(request, this.model),
      then: momentOf(readQuery(AsOfQuery, request.query).asOf),
    }));
    const { version } = request.params as { version: string };
    if (!/^[1-9]\d{0,8}$/.test(version))
      throw new Refusal('version-not-found', `there is no version ${version}`);
    const which = { version: Number(version), ...then };
    const namesSchemaVersion = header(request.headers, 'schema-version') !== undefined;
    const page = { id: idOf(request), role, schemaVersion, which };
    await this.reads.answer({ kind: 'version', ...page, namesSchemaVersion }, request, reply);
  }

  @Get(':id/diff')
  @ApiExtraModels(PatchOperation)
  @Read({
    operationId: 'diffVersions',
    summary: 'What changed between two versions',
    description:
      'Refused with `too-much-work` beyond 5,000,000 values, where an operation counts as 10 and more.',
    params: [pageId],
    query: DiffQuery,
    takes: ['Schema-Version'],
    tells: ['Schema-Version'],
    content: {
      'application/json-patch+json': {
        schema: { type: 'array', items: { $ref: getSchemaPath(PatchOperation) } },
      },
    },
    refusals: [404, 429, 422],
  })
  async diff(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const asked = await this.asked(request, () => {
      const { from, to, asOf } = readShape(DiffQuery, request.query, 'query');
      const { role, schemaVersion } = showing(request, this.model);
      return { from, to, role, schemaVersion, then: thenOf(this.model, role, asOf) };
    });
    await this.reads.answer({ kind: 'diff', id: idOf(request), ...asked }, request, reply);
  }

  private async page(request: FastifyRequest): Promise<OfPage> {
    const asked = await this.asked(request, () => {
      const { role, schemaVersion } = showing(request, this.model);
      return { role, schemaVersion, which: plainQuestion(request.query) ?? whichVersion(request.query) };
    });
    return { id: idOf(request), ...asked };
  }

  /** What is asked about a page. Who may not see the page is told that, and not what is wrong with his question. */
  private asked<T>(request: FastifyRequest, read: () => T): T | Promise<never> {
    try {
      return read();
    } catch (refusal) {
      return this.reads.requirePage(idOf(request), request.principal.role).then(() => {
        throw refusal;
      });
    }
  }
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id.toLowerCase();
}

function whichVersion(query: unknown): FindPage['which'] {
  const { version, asOf } = readQuery(PageQuery, query);
  return { ...(version !== undefined && { version }), ...momentOf(asOf) };
}

/** Nothing, or `?version=7` and nothing else: to read it by its class would cost as much as finding the page. */
function plainQuestion(query: unknown): { readonly version?: number } | undefined {
  const [name, ...others] = Object.keys(query as object);
  if (name === undefined) return {};
  const { version } = query as { readonly version?: unknown };
  if (
    name !== 'version' ||
    others.length > 0 ||
    typeof version !== 'string' ||
    !/^[1-9]\d{0,8}$/.test(version)
  )
    return undefined;
  return { version: Number(version) };
}
