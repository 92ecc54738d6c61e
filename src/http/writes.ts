import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeSet, Outcome, Result } from '../commands/change-set.js';
import type { Command } from '../commands/index.js';
import type { Role } from '../events/event.js';
import { changedSince } from '../queries/changed-since.js';
import { ReadModel } from '../queries/read-model.js';
import { Refusal } from '../refusal.js';
import { header, idempotencyKeyOf, schemaVersionOf, type Served } from './headers.js';
import { contentTag, writtenAnswer } from './page-answer.js';
import type { ReadWrite } from './page-writes.js';
import type { Answer } from './problem.js';
import type { Sent } from './sent.js';
import { readQuery } from './shape.js';
import { WriteQuery } from './write-query.js';
import { timeOrderedId } from './time-ordered-id.js';
import { SubmitChangeSet } from './submit-change-set.js';
import { send } from './send.js';

type Accepted = Extract<Outcome, { kind: 'accepted' }>;

/** Takes a request that wants to write to the CommandBus, and its outcome back to the client. */
@Injectable()
export class Writes {
  constructor(
    private readonly commands: CommandBus,
    private readonly model: ReadModel,
  ) {}

  /** One write of a page. */
  async page(read: ReadWrite, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { dryRun } = readQuery(WriteQuery, request.query);
    const { command, comment } = read(sentBy(request, this.model));
    const shown = showing(request, this.model);
    const outcome = await this.submit(request, [command], {
      comment,
      dryRun,
      answersAt: [shown.schemaVersion],
    });
    const result = outcome.results[0] as Result;
    const answer = pageWriteAnswer(
      result,
      shown.role,
      request.url.split('?')[0]?.endsWith('/content') ?? false,
    );
    send(reply, answer, outcome.position);
  }

  /** @throws Refusal, with the index of the command that was refused if they are a batch */
  async submit(
    request: FastifyRequest,
    commands: readonly Command[],
    {
      comment,
      dryRun,
      answersAt = [],
      batch,
    }: {
      comment: string | undefined;
      dryRun: boolean | undefined;
      answersAt?: readonly number[];
      batch?: Pick<ChangeSet, 'isWithoutContent' | 'limits'>;
    },
  ): Promise<Accepted> {
    const head = this.changeSetHead(request, comment ?? null, dryRun ?? false);
    const changeSet = { commands, answersAt, ...head, ...batch };
    const outcome = await this.commands.execute<SubmitChangeSet, Outcome>(new SubmitChangeSet(changeSet));
    switch (outcome.kind) {
      case 'accepted':
        return outcome;
      case 'refused': {
        const { index, refusal } = outcome;
        const changed = changedSince(this.model, commands[index], outcome);
        const details = { ...refusal.details, ...changed, ...(batch && { index }) };
        throw new Refusal(refusal.code, refusal.message, details);
      }
      case 'failed':
        throw new Error('a change set failed', { cause: outcome.cause });
    }
  }

  private changeSetHead(
    request: FastifyRequest,
    comment: string | null,
    dryRun: boolean,
  ): Omit<ChangeSet, 'commands' | 'answersAt'> {
    const { role, actor, token } = request.principal;
    const key = idempotencyKeyOf(request.headers);
    const now = new Date();
    return {
      id: timeOrderedId(now.getTime()),
      at: now.toISOString(),
      by: actor,
      role,
      comment,
      source: null,
      idempotency: key === undefined ? null : { token, key, digest: requestDigest(request) },
      dryRun,
    };
  }
}

export function sentBy(request: FastifyRequest, served: Served): Sent {
  const { body } = request;
  return {
    params: request.params as Record<string, string>,
    headers: request.headers,
    schemaVersion: schemaVersionOf(request.headers, served),
    body: { kind: 'bytes', bytes: Buffer.isBuffer(body) ? body : Buffer.alloc(0) },
  };
}

/** How a page is shown: to whom, and at which schema version. */
interface Showing {
  readonly role: Role;
  readonly schemaVersion: number;
}

/** How the asker is shown pages: at the schema version that he speaks, or the current one. */
export function showing(request: FastifyRequest, served: Served): Showing {
  return {
    role: request.principal.role,
    schemaVersion: schemaVersionOf(request.headers, served) ?? served.ladder.current,
  };
}

/** What one write of a page is answered with; the tag of `…/content` is that of the document, not of the envelope. */
export function pageWriteAnswer(result: Result, role: Role, toContent: boolean): Answer {
  if (result.kind !== 'page') return { status: 204, headers: {}, body: '' };
  const answer = writtenAnswer(result.page, role, result.created ? 201 : 200, result.overwritten);
  if (result.created)
    return { ...answer, headers: { ...answer.headers, location: `/pages/${result.page.view.id}` } };
  if (!toContent) return answer;
  return { ...answer, headers: { ...answer.headers, etag: contentTag(result.page) } };
}

/** What makes two requests the same: everything that can change the outcome. */
function requestDigest({ method, url, headers, body }: FastifyRequest): string {
  const named = ['content-type', 'schema-version', 'if-match', 'comment', 'copied-blocks'];
  const digest = createHash('sha256');
  digest.update(JSON.stringify([method, url, ...named.map((name) => header(headers, name) ?? null)]));
  if (Buffer.isBuffer(body)) digest.update(body);
  return digest.digest('hex');
}
