import { Controller, Delete, HttpCode, Patch, Post, Put, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from './api-decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PatchOperation } from './history-answer-shapes.js';
import { Envelope } from './page-answer-shapes.js';
import { ofContent, pageId, Write } from './describe.js';
import { documentBody, examples, jsonBody, NewPageBody, patchBody } from './described-bodies.js';
import {
  readCreate,
  readDelete,
  readMove,
  readPatch,
  readPublish,
  readRestore,
  readSave,
  readUndelete,
  readUnpublish,
} from './page-writes.js';
import { CommentBody, MovePageBody, PublishPageBody, RestorePageBody } from './write-shapes.js';
import { Writes } from './writes.js';

/** Writing pages, one at a time. */
@ApiTags('Writes')
@ApiExtraModels(NewPageBody, RestorePageBody, MovePageBody, PublishPageBody, CommentBody, PatchOperation)
@Controller('pages')
export class PageWritesController {
  constructor(private readonly writes: Writes) {}

  @Post()
  @Write({
    operationId: 'createPage',
    summary: 'Create a page',
    status: 201,
    body: jsonBody(NewPageBody, examples.create),
    needs: ['Schema-Version'],
    answer: Envelope,
    tells: ['Location', ...ofContent],
    refusals: [409],
  })
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readCreate, request, reply);
  }

  @Put(':id/content')
  @Write({
    operationId: 'saveContent',
    summary: 'Save the whole document',
    params: [pageId],
    body: documentBody,
    needs: ['Schema-Version', 'If-Match'],
    takes: ['Comment', 'Copied-Blocks'],
    answer: Envelope,
    tells: ofContent,
    refusals: [404, 409],
  })
  save(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readSave, request, reply);
  }

  @Patch(':id/content')
  @Write({
    operationId: 'patchContent',
    summary: 'Change the document as the client sees it',
    params: [pageId],
    body: patchBody,
    needs: ['Schema-Version', 'If-Match'],
    takes: ['Comment', 'Copied-Blocks'],
    answer: Envelope,
    tells: ofContent,
    refusals: [404, 409],
  })
  patch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readPatch, request, reply);
  }

  @Post(':id/restore')
  @HttpCode(200)
  @Write({
    operationId: 'restorePage',
    summary: 'Bring an earlier version back as a new one',
    params: [pageId],
    body: jsonBody(RestorePageBody, examples.restore),
    needs: ['If-Match'],
    takes: ['Schema-Version'],
    answer: Envelope,
    tells: ofContent,
    refusals: [404, 409],
  })
  restore(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readRestore, request, reply);
  }

  @Post(':id/move')
  @HttpCode(200)
  @Write({
    operationId: 'movePage',
    summary: 'Place a page in the tree',
    params: [pageId],
    body: jsonBody(MovePageBody, examples.move, false),
    needs: ['If-Match'],
    takes: ['Schema-Version'],
    answer: Envelope,
    tells: ofContent,
    refusals: [404, 409],
  })
  move(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readMove, request, reply);
  }

  @Post(':id/publish')
  @HttpCode(200)
  @Write({
    operationId: 'publishPage',
    summary: 'Show a version to readers',
    params: [pageId],
    body: jsonBody(PublishPageBody, examples.publish, false),
    takes: ['Schema-Version'],
    answer: Envelope,
    tells: ofContent,
    refusals: [404, 409],
  })
  publish(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readPublish, request, reply);
  }

  @Post(':id/unpublish')
  @HttpCode(200)
  @Write({
    operationId: 'unpublishPage',
    summary: 'Show the page to readers no longer',
    params: [pageId],
    body: jsonBody(CommentBody, examples.comment, false),
    takes: ['Schema-Version'],
    answer: Envelope,
    tells: ofContent,
    refusals: [404, 409],
  })
  unpublish(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readUnpublish, request, reply);
  }

  @Delete(':id')
  @HttpCode(204)
  @Write({
    operationId: 'deletePage',
    summary: 'Delete a page and all beneath it',
    params: [pageId],
    status: 204,
    needs: ['If-Match'],
    takes: ['Comment'],
    refusals: [404, 409],
  })
  remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readDelete, request, reply);
  }

  @Post(':id/undelete')
  @HttpCode(200)
  @Write({
    operationId: 'undeletePage',
    summary: 'Bring a deleted page back as it was',
    params: [pageId],
    body: jsonBody(CommentBody, examples.comment, false),
    takes: ['Schema-Version'],
    answer: Envelope,
    tells: ofContent,
    refusals: [404, 409],
  })
  undelete(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readUndelete, request, reply);
  }
}
