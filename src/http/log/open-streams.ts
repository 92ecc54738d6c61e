import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Limits } from '../../budget.js';
import { ReadModel } from '../../queries/read-model.js';
import { pageAtFinder } from '../../queries/page-at.js';
import { Refusal } from '../../refusal.js';
import { Authentication } from '../edge/authentication.js';
import { EventStreams } from './event-streams.js';
import { HeldMemory } from '../edge/holding.js';
import { vary } from '../pages/page-answer.js';
import type { Followed } from '../routing/read-route.js';
import { whenClosed } from '../edge/when-closed.js';

/** Lets requests follow the log. */
@Injectable()
export class OpenStreams {
  private readonly pageAt;

  constructor(
    private readonly model: ReadModel,
    private readonly streams: EventStreams,
    private readonly memory: HeldMemory,
    private readonly authentication: Authentication,
  ) {
    this.pageAt = pageAtFinder(model);
  }

  /** @throws Refusal `not-found` for a path, `malformed-request` for a position that has not happened yet, `too-many-requests` */
  open({ after, seen, path, shown: asked }: Followed, request: FastifyRequest, reply: FastifyReply): void {
    const shown = { ...asked, ...(path !== undefined && { within: this.pageAt(path, asked.access) }) };
    this.model.requireHappened(after, { parameter: 'after' });
    if (seen !== undefined) this.model.requireHappened(seen, { header: 'Last-Event-ID' });
    const { token } = request.principal;
    const { streams } = this.memory;
    const isHead = request.method === 'HEAD';
    if (!isHead && !streams.take(token, 1)) throw tooManyStreams(streams.limits);
    const answer = reply.hijack().raw;
    const position = this.model.position();
    request.position = position;
    request.isStream = true;
    answer.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'schema-version': String(shown.schemaVersion),
      vary,
      position: String(position),
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
      after: seen ?? after,
      shown,
      token,
      isStillAllowed: () =>
        request.isControl ||
        // Who may see something else by now comes again, and is told from there on what that is.
        this.authentication.again(request.headers, Date.now())?.access.key === shown.access.key,
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
