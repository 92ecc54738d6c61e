import { Command as BusCommand, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Inject } from '@nestjs/common';
import type { Context } from '@opentelemetry/api';
import type { ChangeSet, Outcome, Writer } from '../../commands/change-set.js';
import { ReadModel } from '../../queries/read-model.js';
import { Committed } from './committed.js';
import { fail, inSpan } from './tracing.js';

/** The message at the CommandBus: a change set is what is accepted or refused as one. */
export class SubmitChangeSet extends BusCommand<Outcome> {
  /** `trace`: of the request that brought it. */
  constructor(
    readonly changeSet: ChangeSet,
    readonly trace: Context | undefined,
  ) {
    super();
  }
}

/** Where the writer is found among the providers. */
export const WRITER = Symbol('writer');

@CommandHandler(SubmitChangeSet)
export class SubmitChangeSetHandler implements ICommandHandler<SubmitChangeSet> {
  constructor(
    @Inject(WRITER) private readonly writer: Writer,
    private readonly committed: Committed,
    private readonly model: ReadModel,
  ) {}

  async execute({ changeSet, trace }: SubmitChangeSet): Promise<Outcome> {
    const outcome = await this.submit(changeSet, trace);
    this.model.endTurn();
    if (outcome.kind === 'accepted') {
      this.committed.announce(outcome.position);
    }
    if (
      outcome.kind === 'refused' &&
      outcome.refusal.code === 'storage-damaged' &&
      this.model.storage.status !== 'lost'
    ) {
      const { message } = outcome.refusal;
      this.model.storage.noteDamage(message, changeSet.commands.map(({ kind }) => kind).join(', '));
    }
    return outcome;
  }

  private submit(changeSet: ChangeSet, trace: Context | undefined): Promise<Outcome> {
    const { commands, dryRun } = changeSet;
    const attributes = { 'palimpsest.commands': commands.length, 'palimpsest.dry_run': dryRun };
    return inSpan(trace, 'submit change set', attributes, async (span) => {
      const outcome = await this.writer.submit(changeSet);
      if (!span) return outcome;
      span.setAttribute('palimpsest.outcome', outcome.kind);
      if (outcome.kind === 'refused') span.setAttribute('palimpsest.refusal', outcome.refusal.code);
      if (outcome.kind === 'failed') fail(span, 'failed');
      else span.setAttribute('palimpsest.position', outcome.position);
      return outcome;
    });
  }
}
