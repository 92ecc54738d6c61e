import type { ChangeSet, Outcome } from '../../src/commands/change-set.js';
import type { Command } from '../../src/commands/index.js';
import type { Event, RecordedEvent } from '../../src/events/event.js';
import type { RefusalCode } from '../../src/refusal.js';
import { openInstallation, type Installation } from './installation.js';

/** What of an event a test may expect; `content` and `schemaVersion` are looked at where they are given. */
export interface ExpectedEvent {
  readonly stream: string;
  readonly type: Event['type'];
  readonly data: object;
  readonly content?: string;
  readonly schemaVersion?: number;
}

export interface ExpectedRefusal {
  readonly code: RefusalCode;
  readonly details: object;
}

/** Details are compared as a whole. */
export function refused(code: RefusalCode, details: object = {}): ExpectedRefusal {
  return { code, details };
}

export interface Scene {
  readonly outcome: Outcome;
  readonly installation: Installation;
  /** The events that were appended, in order, or the refusal, which has to have left nothing. */
  then(expected: readonly ExpectedEvent[] | ExpectedRefusal): void;
}

/** A history: commands (several in an array: one change set), executed by an administrator in a new installation. */
export function given(...history: readonly (Command | readonly Command[])[]) {
  return givenIn(openInstallation(), ...history);
}

/** The same in an installation that is there. */
export function givenIn(installation: Installation, ...history: readonly (Command | readonly Command[])[]) {
  for (const step of history) installation.accept(step);

  return {
    when(command: Command | readonly Command[], over?: Partial<ChangeSet>): Scene {
      const before = installation.position();
      const outcome = installation.submit(command, over);
      const appended = installation.eventsAfter(before);
      return {
        outcome,
        installation,
        then: (expected) => {
          if ('code' in expected) {
            const found = outcome.kind === 'refused' ? outcome.refusal : { code: 'accepted', details: {} };
            expect({ code: found.code, details: found.details }).toEqual(expected);
            expect(appended).toEqual([]);
          } else {
            expect(outcome).toMatchObject({ kind: 'accepted', position: before + expected.length });
            expect(appended.map((event, index) => shown(event, expected[index]))).toEqual(expected);
          }
        },
      };
    },
  };
}

function shown(event: RecordedEvent, expected: ExpectedEvent | undefined): ExpectedEvent {
  const { stream, type, data } = event;
  return {
    stream,
    type,
    data,
    ...(expected?.content !== undefined && 'content' in event && { content: event.content }),
    ...(expected?.schemaVersion !== undefined &&
      'schemaVersion' in event && { schemaVersion: event.schemaVersion }),
  };
}
