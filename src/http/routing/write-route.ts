import type { Access } from '../../access/access.js';
import type { ChangeSet, Outcome } from '../../commands/change-set.js';
import type { Result } from '../../commands/result.js';
import type { Command, PageCommand } from '../../commands/index.js';
import type { WriteDescription } from '../openapi/describe.js';
import type { Served } from '../edge/headers.js';
import type { Answer } from '../edge/problem.js';
import type { Sent } from '../edge/sent.js';
import type { WriteHead } from '../edge/write-head.js';

export type Accepted = Extract<Outcome, { kind: 'accepted' }> & { readonly dryRun: boolean };

/**
 * One way to write, declared once (by `write`, or `pageWrite`): its controller, the look at permissions before a body is read,
 * batches and its part of the OpenAPI document are made of this.
 */
export interface WriteRoute extends WriteDescription {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its parameters: `/pages/:id/publish`. */
  readonly path: string;
  /** In place of a body it takes a file, which is on the disk before it is read what it is for. */
  readonly takesFile?: true;
  /** What it asks for: who lacks what that needs isn't listened to, whatever the page. The rule asks again, of the page as it stands. */
  readonly command: Command['kind'];
  /** @throws Refusal in the order 400, 415, 428 */
  readonly read: (sent: Sent, served: Served) => Intent;
}

/** What a client wants, read from what it sent. */
export interface Intent {
  readonly commands: readonly Command[];
  /** For the change set. */
  readonly comment?: string | undefined;
  /** The schema version that the answer to each command shows content at. */
  readonly answersAt?: readonly number[];
  /** Of a batch: a refusal says which of its commands it is about. */
  readonly batch?: Pick<ChangeSet, 'isWithoutContent' | 'limits'>;
  readonly answer: (accepted: Accepted, access: Access) => Answer;
}

/** A write of one page, by itself or as an item of a batch. */
export interface PageWriteRoute extends WriteRoute {
  readonly command: PageCommand['kind'];
  readonly readOne: (sent: Sent) => PageWrite;
  readonly answerOne: (result: Result, access: Access) => Answer;
}

/** The comment belongs to the change set, unless the command makes a version in a batch; absent: that of the head. */
export interface PageWrite {
  readonly command: PageCommand;
  readonly comment?: string | undefined;
}

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;

/** A write that asks for what it says that it does, and for nothing else. */
export function write<K extends Command['kind']>(
  declared: Omit<WriteRoute, 'command' | 'read'> & {
    readonly command: K;
    readonly read: (
      ...args: Parameters<WriteRoute['read']>
    ) => Intent & { readonly commands: readonly Of<NoInfer<K>>[] };
  },
): WriteRoute {
  return declared;
}

/** A write of one page, from what is to be said of it. */
export function pageWrite<K extends PageCommand['kind']>(
  declared: Omit<PageWriteRoute, 'command' | 'read' | 'readOne'> & {
    readonly command: K;
    readonly readOne: (sent: Sent) => PageWrite & { readonly command: Of<NoInfer<K>> };
  },
): PageWriteRoute {
  return writeOfOne(declared);
}

/**
 * A write that is by itself what it is as an item of a batch. What its headers say beside what it asks for counts with each: `If-Match`, and a
 * `Comment` where the body has none.
 */
export function writeOfOne(declared: Omit<PageWriteRoute, 'read'>): PageWriteRoute {
  const { answerOne, command, needs = [], takes = [] } = declared;
  const readOne = (sent: Sent): PageWrite => {
    const { command, comment } = declared.readOne(sent);
    return { command: asExpected(command, sent.head), comment: comment ?? sent.head.comment };
  };
  const ofHead = ['Comment', ...(command === 'create-page' ? [] : ['If-Match' as const])] as const;
  return {
    ...declared,
    takes: [...new Set([...takes, ...ofHead])].filter((name) => !needs.some((needed) => needed === name)),
    readOne,
    read: (sent, served) => {
      const { command, comment } = readOne(sent);
      return {
        commands: [command],
        comment,
        answersAt: [sent.head.schemaVersion ?? served.ladder.finalized],
        answer: ({ results: [result] }, access) => answerOne(result as Result, access),
      };
    },
  };
}

function asExpected(command: PageCommand, { expected }: WriteHead): PageCommand {
  return expected === undefined || command.kind === 'create-page' ? command : { ...command, expected };
}
