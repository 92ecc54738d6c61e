import { Controller, Delete, HttpCode, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
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
import { Writes } from './writes.js';

/** Writing pages, one at a time. */
@Controller('pages')
export class PageWritesController {
  constructor(private readonly writes: Writes) {}

  @Post()
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readCreate, request, reply);
  }

  @Put(':id/content')
  save(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readSave, request, reply);
  }

  @Patch(':id/content')
  patch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readPatch, request, reply);
  }

  @Post(':id/restore')
  @HttpCode(200)
  restore(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readRestore, request, reply);
  }

  @Post(':id/move')
  @HttpCode(200)
  move(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readMove, request, reply);
  }

  @Post(':id/publish')
  @HttpCode(200)
  publish(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readPublish, request, reply);
  }

  @Post(':id/unpublish')
  @HttpCode(200)
  unpublish(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readUnpublish, request, reply);
  }

  @Delete(':id')
  @HttpCode(204)
  remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readDelete, request, reply);
  }

  @Post(':id/undelete')
  @HttpCode(200)
  undelete(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.writes.page(readUndelete, request, reply);
  }
}
