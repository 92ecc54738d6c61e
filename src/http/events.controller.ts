import { Readable } from 'node:stream';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiExtraModels, ApiTags, getSchemaPath } from './api-decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { storageRefusal } from '../commands/storage-refusal.js';
import { ListEvents, type FeedEvent } from '../queries/list-events.js';
import { listName, type Part } from '../queries/cursor.js';
import { ReadModel } from '../queries/read-model.js';
import { requireEditor } from '../queries/list-changesets.js';
import { Refusal } from '../refusal.js';
import { EventList } from './log-answer-shapes.js';
import { Authentication } from './authentication.js';
import { Committed } from './committed.js';
import { Read } from './describe.js';
import { streamEvents } from './event-stream.js';
import { header } from './headers.js';
import { defaultLimit, EventsQuery } from './read-shapes.js';
import { vary } from './page-answer.js';
import { Reads } from './reads.js';
import { readQuery } from './shape.js';
import { showing } from './writes.js';

/** Events read from the log at a time, for a stream. */
const pageLength = 100;

/** The log as a feed: once, or kept open. */
@ApiTags('Log')
@ApiExtraModels(EventList)
@Controller('events')
export class EventsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly reads: Reads,
    private readonly model: ReadModel,
    private readonly committed: Committed,
    private readonly authentication: Authentication,
  ) {}

  @Get()
  @Read({
    operationId: 'listEvents',
    summary: 'The log as a feed, once or kept open',
    description:
      'With `Accept: text/event-stream` it goes on; `id` is the position, `event` the type, `data` an event.',
    query: EventsQuery,
    takes: ['Schema-Version', 'Last-Event-ID'],
    tells: ['Schema-Version'],
    content: {
      'application/json': { schema: { $ref: getSchemaPath(EventList) } },
      'text/event-stream': { schema: { type: 'string' } },
    },
    refusals: [404, 429],
  })
  async events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { role } = request.principal;
    requireEditor(role);
    const { after = 0, limit = defaultLimit, cursor, ...which } = readQuery(EventsQuery, request.query);
    this.model.requireHappened(after, { parameter: 'after' });
    const filter = {
      ...(which.type !== undefined && { type: which.type }),
      ...(which.page !== undefined && { stream: which.page }),
    };
    const { schemaVersion } = showing(request, this.model);
    const read = (from: number, most: number): Promise<readonly FeedEvent[]> => {
      this.model.storage.requireReadable();
      return this.queries.execute<ListEvents, readonly FeedEvent[]>(
        new ListEvents(role, from, most, schemaVersion, filter),
      );
    };

    if (header(request.headers, 'accept')?.includes('text/event-stream')) {
      void reply.header('schema-version', String(schemaVersion)).header('vary', vary);
      const seen = lastEventId(request);
      if (seen !== undefined) this.model.requireHappened(seen, { header: 'Last-Event-ID' });
      this.stream(request, reply, seen ?? after, (from) => this.readOn(from, read));
      return;
    }
    this.model.storage.requireReadable();
    const part: Part = { list: listName('events', filter), limit, cursor };
    await this.reads.answer({ kind: 'events', role, schemaVersion, after, part, filter }, request, reply);
  }

  /** Everything before something damaged is delivered. */
  private async readOn(
    from: number,
    read: (from: number, most: number) => Promise<readonly FeedEvent[]>,
  ): Promise<readonly FeedEvent[]> {
    try {
      return await read(from, pageLength);
    } catch (error) {
      if (storageRefusal(error)?.code !== 'storage-damaged') throw error;
      return read(from, 1);
    }
  }

  private stream(
    request: FastifyRequest,
    reply: FastifyReply,
    after: number,
    read: (from: number) => Promise<readonly FeedEvent[]>,
  ): void {
    const isStillAllowed = (): boolean =>
      request.isControl ||
      this.authentication.authenticate(request.headers.authorization, Date.now()) !== undefined;
    // What is made for a HEAD is read to its end by Fastify, and this has none.
    const events =
      request.method === 'HEAD'
        ? []
        : streamEvents({ after, read, committed: this.committed, isStillAllowed });
    const stream = Readable.from(events, { objectMode: false }).once('error', (error) => {
      this.model.storage.refusalOf(error, `GET ${request.url}`); // its answer has begun: it is cut off
    });
    void reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .header('position', String(this.model.position()))
      .send(stream);
  }
}

/** Where a client that was cut off wants to go on (html.spec.whatwg.org, "server-sent events"). */
function lastEventId(request: FastifyRequest): number | undefined {
  const id = header(request.headers, 'last-event-id');
  if (id === undefined || id === '') return undefined;
  if (!/^\d{1,15}$/.test(id)) {
    throw new Refusal('malformed-request', 'Last-Event-ID has to be a log position', {
      header: 'Last-Event-ID',
    });
  }
  return Number(id);
}
