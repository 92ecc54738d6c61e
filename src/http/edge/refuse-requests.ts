import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { storageRefusal } from '../../log/storage-refusal.js';
import { DatabaseAway } from '../../log/late-database.js';
import { ReadModel } from '../../queries/read-model.js';
import { Refusal } from '../../refusal.js';
import type { Principal } from './principal.js';
import { Elsewhere } from '../hand-over/gate.js';
import { bodyLimitBytes } from './body-limit.js';
import { requireMayWrite } from './admit-writes.js';
import { isRead } from './is-read.js';
import { comesAfterPermission, failureAnswer, problemAnswer, type Answer } from './problem.js';
import { hintsFor } from './refusal-hints.js';
import { withoutQuery } from './request-target.js';
import { sendRefusal } from './send.js';

/** Turns whatever was thrown into an answer: a refusal into its problem document, anything else into a bare 500. */
export class Refusals {
  constructor(
    private readonly model: ReadModel,
    private readonly log: Logger,
    private readonly forward: (request: FastifyRequest, reply: FastifyReply) => void,
  ) {}

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (error instanceof Elsewhere) {
      this.forward(request, reply);
      return;
    }
    // What the database throws under a request ends here.
    const { method, url } = request;
    const refusal = refusalOf(error, request) ?? this.model.storage.refusalOf(error, `${method} ${url}`);
    if (!refusal) this.log.error({ err: error, method, url: withoutQuery(url) }, 'a request failed');
    sendRefusal(request, reply, refusal ? answerTo(refusal, request) : failureAnswer, this.position());
  }

  /** Once the path is known: a client that may not write this page is told that, and not what was wrong with what it sent. */
  answerRouted(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    this.answer(this.firstOf(error, request), request, reply);
  }

  private firstOf(error: unknown, request: FastifyRequest): unknown {
    const refusal = refusalOf(error, request);
    if (!refusal || !comesAfterPermission(refusal.code) || isRead(request) || !isKnown(request)) return error;
    try {
      requireMayWrite(request, this.model);
      return refusal;
    } catch (first) {
      return first instanceof DatabaseAway || storageRefusal(first) ? refusal : first;
    }
  }

  /** Unknown while another process has the database, or while it can't be read. */
  position(): number {
    return this.model.positionOrZero();
  }
}

/** Everything that is thrown after routing, the reading of bodies included: Nest is asked for all of it. */
@Catch()
export class RefusalFilter implements ExceptionFilter {
  constructor(private readonly refusals: Refusals) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.refusals.answerRouted(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

/** What is refused before anybody is asked for a token (too many wrong ones) says nothing of a page. */
function isKnown({ principal }: { readonly principal?: Principal }): boolean {
  return principal !== undefined;
}

function answerTo(refusal: Refusal, request: FastifyRequest): Answer {
  const answer = problemAnswer(refusal);
  return { ...answer, headers: { ...answer.headers, ...hintsFor(refusal, request) } };
}

function refusalOf(error: unknown, { method, url }: FastifyRequest): Refusal | undefined {
  if (error instanceof Refusal) return error;
  // Nest wraps what Fastify throws.
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown }).statusCode;
  // 414: an id that is longer than any could be.
  if (status === 404 || status === 414) {
    return new Refusal('not-found', `there is nothing at ${method} ${withoutQuery(url).slice(0, 200)}`);
  }
  if (status === 413)
    return new Refusal('too-large', `the body is larger than ${bodyLimitBytes} bytes`, {
      limitBytes: bodyLimitBytes,
    });
  if (status === 415) return new Refusal('unsupported-media-type', 'the Content-Type is not readable');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new Refusal(
      'malformed-request',
      error instanceof Error ? error.message : 'the request is malformed',
    );
  }
  return undefined;
}
