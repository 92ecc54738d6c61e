import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeSet } from '../../commands/change-set.js';
import { answerBytes } from './answer-bytes.js';
import { changedSince } from './changed-since.js';
import { keptBytesFinder } from '../../queries/kept-bytes.js';
import { ReadModel } from '../../queries/read-model.js';
import { Refusal } from '../../refusal.js';
import { Elsewhere } from '../hand-over/gate.js';
import { Uploads, type Upload } from '../assets/uploads.js';
import { RequestRates } from '../edge/request-rates.js';
import { header } from '../edge/headers.js';
import type { Sent, SentFile } from '../edge/sent.js';
import { timeOrderedId } from '../edge/time-ordered-id.js';
import { SubmitChangeSet } from '../edge/submit-change-set.js';
import { send } from '../edge/send.js';
import type { Accepted, Intent, WriteRoute } from './write-route.js';

/** Takes a request that wants to write to the CommandBus, and its outcome back to the client. */
@Injectable()
export class Writes {
  private readonly keptBytes;

  constructor(
    private readonly commands: CommandBus,
    private readonly model: ReadModel,
    private readonly rates: RequestRates,
    private readonly uploads: Uploads,
  ) {
    this.keptBytes = keptBytesFinder(model.db);
  }

  /** @throws Refusal, with the index of the command that was refused if they are a batch */
  async answer(route: WriteRoute, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (route.takesFile) await this.answerWithFile(route, request, reply);
    else await this.answerTo(route.read(sentBy(request), this.model), request, reply);
  }

  /** The file is in its place before the log speaks of it, and stays there if the log does. */
  private async answerWithFile(
    route: WriteRoute,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const upload = await this.uploads.receive(request);
    try {
      // It may have taken long to arrive: another version may have taken over since.
      await this.uploads.requireHere();
      const intent = route.read({ ...sentBy(request), file: upload.file }, this.model);
      if (request.writeQuery.dryRun) await upload.settle();
      else {
        await upload.keep();
        await this.uploads.requireHere();
      }
      await this.answerTo(intent, request, reply, upload);
    } catch (error) {
      if (error instanceof Elsewhere) request.fileOnward = await upload.passOn();
      throw error;
    } finally {
      await upload.settle();
    }
  }

  private async answerTo(
    intent: Intent,
    request: FastifyRequest,
    reply: FastifyReply,
    upload?: Upload,
  ): Promise<void> {
    this.requireRate(request, intent.commands.length);
    const accepted = await this.submit(request, intent, upload?.file);
    upload?.accepted();
    send(reply, intent.answer(accepted, request.principal.access), accepted.position);
  }

  /** The first of them was counted as a request. @throws Refusal `too-many-requests` */
  private requireRate({ principal, isControl }: FastifyRequest, commands: number): void {
    if (commands > 1 && !isControl) this.rates.requireRate(principal.token, commands - 1);
  }

  private async submit(
    request: FastifyRequest,
    { commands, comment, answersAt = [], batch }: Omit<Intent, 'answer'>,
    file: SentFile | undefined,
  ): Promise<Accepted> {
    const { dryRun = false } = request.writeQuery;
    const changeSet = { commands, answersAt, ...changeSetHead(request, comment ?? null, file), ...batch };
    const roomBytes = this.makeRoom(request, changeSet);
    const outcome = await this.commands.execute(
      new SubmitChangeSet({ ...changeSet, ...(roomBytes !== undefined && { roomBytes }) }, request.trace),
    );
    switch (outcome.kind) {
      case 'accepted':
        return { ...outcome, dryRun };
      case 'refused': {
        const { index, refusal } = outcome;
        const changed = changedSince(this.model, commands[index], outcome);
        const details = { ...refusal.details, ...changed, ...(batch && { index }) };
        const message = batch ? `command ${index}: ${refusal.message}` : refusal.message;
        throw new Refusal(refusal.code, message, details);
      }
      case 'failed':
        throw new Error('a change set failed', { cause: outcome.cause });
    }
  }

  /** Nothing of what comes through the control socket is counted. @throws Refusal `too-many-requests` */
  private makeRoom({ holding }: FastifyRequest, changeSet: ChangeSet): number | undefined {
    if (!holding) return undefined;
    const bytes = answerBytes(changeSet, this.model, this.keptBytes);
    holding.cover(bytes);
    return bytes;
  }
}

function changeSetHead(
  request: FastifyRequest,
  comment: string | null,
  file: SentFile | undefined,
): Omit<ChangeSet, 'commands' | 'answersAt'> {
  const { access, actor, token } = request.principal;
  const key = request.writeHead.idempotencyKey;
  const now = new Date();
  return {
    id: timeOrderedId(now.getTime()),
    at: now.toISOString(),
    by: actor,
    rights: access.rights,
    comment,
    source: null,
    idempotency: key === undefined ? null : { token, key, digest: requestDigest(request, file) },
    dryRun: request.writeQuery.dryRun ?? false,
  };
}

function sentBy({ body, headers, params, writeHead, writeQuery }: FastifyRequest): Sent {
  return {
    params: params as Record<string, string>,
    headers,
    head: writeHead,
    query: writeQuery,
    body: { kind: 'bytes', bytes: Buffer.isBuffer(body) ? body : Buffer.alloc(0) },
  };
}

/** What makes two requests the same: everything that can change the outcome. */
function requestDigest({ method, url, headers, body }: FastifyRequest, file: SentFile | undefined): string {
  // A form that is sent again has another boundary in its type; the type of a file is what its bytes say.
  const ofBody = file ? [] : ['content-type'];
  const named = [...ofBody, 'schema-version', 'if-match', 'comment', 'copied-blocks'];
  const digest = createHash('sha256');
  digest.update(JSON.stringify([method, url, ...named.map((name) => header(headers, name) ?? null)]));
  if (Buffer.isBuffer(body)) digest.update(body);
  if (file) digest.update(JSON.stringify([file.facts.sha256, file.name ?? null, file.fields]));
  return digest.digest('hex');
}
