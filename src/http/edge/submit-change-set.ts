import { Command as BusCommand, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Inject } from '@nestjs/common';
import type { ChangeSet, Outcome, Writer } from '../../commands/change-set.js';
import { ReadModel } from '../../queries/read-model.js';
import { Committed } from './committed.js';

/** The message at the CommandBus: a change set is what is accepted or refused as one. */
export class SubmitChangeSet extends BusCommand<Outcome> {
  constructor(readonly changeSet: ChangeSet) {
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

  async execute({ changeSet }: SubmitChangeSet): Promise<Outcome> {
    const outcome = await this.writer.submit(changeSet);
    this.model.moveOn();
    if (outcome.kind === 'accepted') {
      this.committed.announce(outcome.position);
    }
    if (
      outcome.kind === 'refused' &&
      outcome.refusal.code === 'storage-damaged' &&
      !this.model.storage.loss
    ) {
      const { message } = outcome.refusal;
      this.model.storage.noteDamage(message, changeSet.commands.map(({ kind }) => kind).join(', '));
    }
    return outcome;
  }
}
