import type { ChangeSet } from '../commands/change-set.js';
import type { Decision, Situation } from '../commands/decision.js';
import { answerKindOf, type Command } from '../commands/index.js';
import type { Result } from '../commands/result.js';
import type { ReadContent } from '../projections/content.js';
import { stranger } from '../projections/people.js';
import { personId } from '../projections/person-id.js';
import type { AnswerRoom } from './answer-room.js';
import type { BatchWeight } from './batch-weight.js';
import type { pagesAtHand } from './pages-at-hand.js';

/** A command of a change set whose events were just appended. */
export interface Done {
  readonly command: Command;
  readonly changeSet: ChangeSet;
  /** Its place among the commands of the change set. */
  readonly index: number;
  readonly decision: Decision;
  readonly weight: BatchWeight | undefined;
  readonly room: AnswerRoom | undefined;
}

/** What a command is answered with, once it is known where the log stands after the whole change set. */
export type Answer = (position: number) => Result;

/** Looks at once: later commands may change the same page. */
export function answerer(
  { tokens, grants, people }: Pick<Situation, 'tokens' | 'grants' | 'people'>,
  { changed }: Pick<ReturnType<typeof pagesAtHand>, 'changed'>,
  contentAt: ReadContent,
): (done: Done) => Answer {
  return (done) => {
    const { command, decision } = done;
    const kind = answerKindOf(command);
    switch (kind) {
      case 'token':
        return tokenAnswer(command);
      case 'grant':
        return grantAnswer(command);
      case 'person':
        return personAnswer(command);
      case 'page':
        return pageAnswer(done);
      case 'page-deleted': {
        const { referrers } = decision;
        return () => ({ kind, ...(referrers && { referrers }) });
      }
      case 'token-revoked':
      case 'grant-revoked':
      case 'schema':
        return () => ({ kind });
    }
  };

  function tokenAnswer(command: Command): Answer {
    const token = 'token' in command ? tokens.token(command.token) : undefined;
    if (!token) throw new Error(`${command.kind} leaves no token to answer with`);
    return () => ({ kind: 'token', token });
  }

  function grantAnswer(command: Command): Answer {
    const grant = 'grant' in command ? grants.grant(command.grant) : undefined;
    if (!grant) throw new Error(`${command.kind} leaves no grant to answer with`);
    return () => ({ kind: 'grant', grant });
  }

  function personAnswer(command: Command): Answer {
    if (!('subject' in command)) throw new Error(`${command.kind} is about nobody`);
    const { issuer, subject } = command;
    const id = personId(issuer, subject);
    const person = people.person(id) ?? { ...stranger, id, issuer, subject };
    return () => ({ kind: 'person', person });
  }

  function pageAnswer({ command, changeSet, index, decision, weight, room }: Done): Answer {
    const { overwritten, access } = decision;
    if (!('page' in command)) throw new Error(`${command.kind} leaves no page to answer with`);
    const isWhole = !changeSet.isWithoutContent;
    const { view, content: stored } = changed(command.page, changeSet, isWhole);
    if (isWhole && stored !== undefined) room?.take(stored);
    const schemaVersion = changeSet.answersAt?.[index] ?? view.storedSchemaVersion;
    const content = isWhole && stored !== undefined ? contentAt(view, stored, schemaVersion) : null;
    weight?.show(view, content, overwritten);
    const created = command.kind === 'create-page';
    return (position) => ({
      kind: 'page',
      created,
      page: { view, schemaVersion, content, position },
      overwritten,
      ...(access && { access }),
    });
  }
}
