import { Command as BusCommand, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Inject } from '@nestjs/common';
import type { ChangeSet, Outcome, Writer } from '../commands/change-set.js';
import type { Command } from '../commands/index.js';
import { ReadModel } from '../queries/read-model.js';
import { Authentication } from './authentication.js';
import { Committed } from './committed.js';

/** The message at the CommandBus: a change set is what is accepted or refused as one. */
export class SubmitChangeSet extends BusCommand<Outcome> {
  constructor(readonly changeSet: ChangeSet) {
    super();
  }
}

/** Where the writer is found among the providers. */
export const WRITER = Symbol('writer');

const tokenCommands: ReadonlySet<Command['kind']> = new Set(['create-token', 'revoke-token']);
const schemaCommands: ReadonlySet<Command['kind']> = new Set([
  'set-minimum-schema-version',
  'sunset-schema-version',
]);

@CommandHandler(SubmitChangeSet)
export class SubmitChangeSetHandler implements ICommandHandler<SubmitChangeSet> {
  constructor(
    @Inject(WRITER) private readonly writer: Writer,
    private readonly committed: Committed,
    private readonly model: ReadModel,
    private readonly authentication: Authentication,
  ) {}

  async execute({ changeSet }: SubmitChangeSet): Promise<Outcome> {
    const outcome = await this.writer.submit(changeSet);
    this.model.moveOn();
    if (outcome.kind === 'accepted') {
      // Before anybody hears of it: an open stream asks at once whether its token still counts.
      if (changeSet.commands.some(({ kind }) => tokenCommands.has(kind))) this.authentication.forget();
      if (changeSet.commands.some(({ kind }) => schemaCommands.has(kind))) this.model.forget();
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
