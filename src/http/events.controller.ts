import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiExtraModels, ApiTags, getSchemaPath } from './api-decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ListEvents, type FeedEvent } from '../queries/list-events.js';
import { listName, pageOf, readCursor, type Part } from '../queries/cursor.js';
import { ReadModel } from '../queries/read-model.js';
import { requireMore } from '../access/access.js';
import type { Limits } from '../budget.js';
import { Refusal } from '../refusal.js';
import { EventList } from './log-answer-shapes.js';
import { Authentication } from './authentication.js';
import { Read } from './describe.js';
import type { Shown } from './event-page.js';
import { EventStreams } from './event-streams.js';
import { header } from './headers.js';
import { HeldMemory } from './holding.js';
import { defaultLimit, EventsQuery } from './read-shapes.js';
import { vary } from './page-answer.js';
import { whenClosed } from './when-closed.js';
import { jsonAnswer, send } from './send.js';
import { readQuery } from './shape.js';
import { showing } from './showing.js';

/** The log as a feed: once, or kept open. */
@ApiTags('Log')
@ApiExtraModels(EventList)
@Controller('events')
export class EventsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly model: ReadModel,
    private readonly streams: EventStreams,
    private readonly memory: HeldMemory,
    private readonly authentication: Authentication,
  ) {}

  @Get()
  @Read({
    operationId: 'listEvents',
    summary: 'The log as a feed, once or kept open',
    permission: 'history',
    description:
      'With `Accept: text/event-stream` it goes on; `id` is the position, `event` the type, `data` an event.',
    query: EventsQuery,
    takes: ['Schema-Version', 'Last-Event-ID'],
    tells: ['Schema-Version'],
    content: {
      'application/json': { schema: { $ref: getSchemaPath(EventList) } },
      'text/event-stream': { schema: { type: 'string' } },
    },
    refusals: [404],
  })
  async events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { access } = request.principal;
    requireMore(access);
    const { after = 0, limit = defaultLimit, cursor, ...which } = readQuery(EventsQuery, request.query);
    this.model.requireHappened(after, { parameter: 'after' });
    const filter = {
      ...(which.type !== undefined && { type: which.type }),
      ...(which.page !== undefined && { stream: which.page }),
    };
    const { schemaVersion } = showing(request, this.model);
    if (header(request.headers, 'accept')?.includes('text/event-stream')) {
      const seen = lastEventId(request);
      if (seen !== undefined) this.model.requireHappened(seen, { header: 'Last-Event-ID' });
      this.stream(request, reply, seen ?? after, { access, schemaVersion, ...filter });
      return;
    }
    const read = (from: number, most: number): Promise<readonly FeedEvent[]> => {
      this.model.storage.requireReadable();
      return this.queries.execute(new ListEvents(access, from, most, schemaVersion, filter));
    };
    const position = this.model.position();
    const part: Part = { list: listName('events', filter), limit, cursor };
    const events = await read(Math.max(after, readCursor(part) ?? 0), limit);
    const last = events.at(-1);
    const more = last ? await read(last.position, 1) : []; // large documents make a page shorter than was asked for
    const { items, next } = pageOf(
      { ...part, limit: events.length },
      [...events, ...more],
      (event) => event.position,
      (event) => event.json,
      position,
    );
    const body = `{"items":[${items.join(',')}],"next":${JSON.stringify(next)}}`;
    const { headers } = jsonAnswer(null);
    const shown = { ...headers, 'schema-version': String(schemaVersion), vary };
    send(reply, { status: 200, headers: shown, body }, position);
  }

  /** @throws Refusal `too-many-requests` */
  private stream(request: FastifyRequest, reply: FastifyReply, after: number, shown: Shown): void {
    const { token } = request.principal;
    const { streams } = this.memory;
    const isHead = request.method === 'HEAD';
    if (!isHead && !streams.take(token, 1)) throw tooManyStreams(streams.limits);
    const answer = reply.hijack().raw;
    answer.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'schema-version': String(shown.schemaVersion),
      vary,
      position: String(this.model.position()),
    });
    if (isHead) {
      answer.end();
      return;
    }
    whenClosed(answer, request.raw.socket, () => {
      streams.giveBack(token, 1);
    });
    this.streams.add({
      answer,
      after,
      shown,
      token,
      isStillAllowed: () =>
        request.isControl ||
        this.authentication.authenticate(request.headers.authorization, Date.now()) !== undefined,
      failed: (error) => {
        this.model.storage.refusalOf(error, `GET ${request.url}`);
      },
    });
  }
}

function tooManyStreams({ all, one }: Limits): Refusal {
  return new Refusal(
    'too-many-requests',
    `too many event streams are open: a token may have ${one}, all together ${all}. Close one, or let others read from yours`,
    { limit: one },
  );
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
