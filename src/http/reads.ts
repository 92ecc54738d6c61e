import { Inject, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../events/event.js';
import { TooDear } from '../queries/bearable.js';
import { FindPage } from '../queries/find-page.js';
import { FindPath } from '../queries/find-path.js';
import { ReadModel } from '../queries/read-model.js';
import { Refusal } from '../refusal.js';
import { answerTo, type Question } from './question.js';
import type { DearReads, ReadElsewhere, ReadThreadCounts } from './read-threads.js';
import { sendRead } from './send.js';

/** Where the threads are found among the providers. */
export const DEAR_READS = Symbol('dear reads');

/** Takes a question to the QueryBus, or to a thread where its answer would hold up all others, and the answer to the client. */
@Injectable()
export class Reads {
  constructor(
    private readonly queries: QueryBus,
    private readonly model: ReadModel,
    @Inject(DEAR_READS) private readonly dear: DearReads,
  ) {}

  /** Of the threads. */
  get counts(): ReadThreadCounts {
    return this.dear.counts;
  }

  async answer(question: Question, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { answer, position } = await this.read(question, request, reply);
    sendRead(request, reply, answer, position);
  }

  /** @throws Refusal `not-found` for a page that is not for these eyes */
  async requirePage(id: string, role: Role): Promise<void> {
    await this.orTooDear(this.queries.execute(new FindPage(id, role, this.model.ladder.current)));
  }

  /** The same for a path. */
  async requirePath(path: string, role: Role): Promise<void> {
    await this.orTooDear(this.queries.execute(new FindPath(path, role, this.model.ladder.current)));
  }

  /** What is too large to be read here is there. */
  private async orTooDear(found: Promise<unknown>): Promise<void> {
    try {
      await found;
    } catch (error) {
      if (!(error instanceof TooDear)) throw error;
    }
  }

  private async read(
    question: Question,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<ReadElsewhere> {
    try {
      return await answerTo(question, this.queries, this.model);
    } catch (error) {
      if (!(error instanceof TooDear)) throw error;
    }
    const { token } = request.principal;
    try {
      return await this.dear.ask(question, { token, isThere: () => !reply.raw.destroyed });
    } catch (error) {
      if (error instanceof Refusal && error.code === 'storage-damaged')
        this.model.storage.noteDamage(error.message, `${request.method} ${request.url}`);
      throw error;
    }
  }
}
