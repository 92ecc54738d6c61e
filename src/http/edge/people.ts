import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { accessOf } from '../../access/access.js';
import type { Outcome } from '../../commands/change-set.js';
import type { Grantee } from '../../events/grantee.js';
import type { VerifiedPerson } from '../../identity/person.js';
import { RefusedToken } from '../../identity/refused-token.js';
import { personId } from '../../projections/person-id.js';
import type { Person } from '../../projections/people.js';
import { ReadModel } from '../../queries/read-model.js';
import { refuse } from '../../refusal.js';
import type { Issuers } from './issuers.js';
import { ownChangeSet } from './own-change-set.js';
import type { Principal } from './principal.js';
import { SubmitChangeSet } from './submit-change-set.js';

/** What is to be known of people besides what is in the log. */
export interface PeopleSettings {
  readonly issuers: Issuers;
  /** Whether anything can be written just now: not in the last moments of an upgrade. */
  readonly isWritable: () => boolean;
  /** How long a browser is signed in. */
  readonly sessionSeconds: number;
}

/** Where they are found among the providers. */
export const PEOPLE_SETTINGS = Symbol('people');

/** Who asks, or nothing for somebody who is not let in. A promise where that has to be waited for. */
export type Asker = Principal | undefined | Promise<Principal | undefined>;

const identity = { kind: 'system', id: 'identity', name: 'identity' } as const;

/** While nothing can be written, it is tried again after so long. */
const pauseMs = 5_000;

/**
 * Lets in people who come with a token of an issuer. What that says of them is in the log before anything is done in their name:
 * a token at most once, so that two that say different things of somebody don't write by turns.
 */
@Injectable()
export class People {
  /** As long as nothing has happened that decides who may do what. */
  private principals = new WeakMap<VerifiedPerson, Principal>();
  private principalsAt = -1;
  private readonly told = new WeakSet<VerifiedPerson>();
  /** What is being written, by the person: one at a time. */
  private readonly underWay = new Map<string, Promise<Outcome>>();
  private pausedUntilMs = 0;

  constructor(
    private readonly commands: CommandBus,
    private readonly model: ReadModel,
    @Inject(PEOPLE_SETTINGS) private readonly settings: PeopleSettings,
  ) {}

  /** Whoever is known without asking anybody else; undefined, too, where no issuer is trusted. @throws as `verified`, when it is waited for */
  remembered(token: string, nowMs: number, isRead: boolean): Asker {
    const person = this.settings.issuers.tokens?.remembered(token, nowMs);
    return person && this.letIn(person, isRead);
  }

  /**
   * Verifies the token. @throws RefusedToken, of somebody who is blocked, too; Refusal where somebody new wants to write and nothing can be written; Elsewhere
   */
  async verified(token: string, nowMs: number, isRead: boolean): Promise<Principal | undefined> {
    const { tokens } = this.settings.issuers;
    return tokens && this.letIn(await tokens.verify(token, nowMs), isRead);
  }

  /** Whom a session is of, as they were last seen; nothing for somebody who is blocked. */
  seen(issuer: string, subject: string): Pick<Principal, 'access' | 'actor' | 'grantees'> | undefined {
    const person = this.model.people.person(personId(issuer, subject));
    return person && person.blockedAt === null ? this.standingOf(person) : undefined;
  }

  /** What an issuer says of somebody is in the log afterwards. @throws Refusal; Elsewhere */
  async see(person: VerifiedPerson): Promise<void> {
    const outcome = await this.writeDown(person);
    if (outcome.kind === 'refused') refuse(outcome.refusal);
  }

  /** Projections were put right. */
  forget(): void {
    this.principalsAt = -1;
  }

  private letIn(person: VerifiedPerson, isRead: boolean): Asker {
    const changedAt = this.model.changedAt('access');
    if (changedAt !== this.principalsAt) {
      this.principals = new WeakMap();
      this.principalsAt = changedAt;
    }
    const known = this.principals.get(person);
    if (known) return known;
    const recorded = this.model.people.person(personId(person.issuer, person.subject));
    if (typeof recorded?.blockedAt === 'string')
      return Promise.reject(new RefusedToken({ fault: 'blocked', issuer: person.issuer }));
    if (this.told.has(person) || (recorded && isSame(recorded, person))) {
      this.told.add(person);
      const principal = this.principalOf(person);
      this.principals.set(person, principal);
      return principal;
    }
    // What can't be written down now is no reason to show nothing.
    if (isRead && (!this.settings.isWritable() || Date.now() < this.pausedUntilMs))
      return this.principalOf(person);
    return this.letInOnceSeen(person, isRead);
  }

  private async letInOnceSeen(person: VerifiedPerson, isRead: boolean): Promise<Principal | undefined> {
    const before = this.underWay.get(personId(person.issuer, person.subject));
    const outcome = await (before ?? this.writeDown(person));
    if (outcome.kind !== 'refused') return this.letIn(person, isRead);
    if (!isRead) refuse(outcome.refusal);
    return this.principalOf(person);
  }

  /** @throws Error where it failed */
  private async writeDown(person: VerifiedPerson): Promise<Outcome> {
    const id = personId(person.issuer, person.subject);
    for (let before = this.underWay.get(id); before; before = this.underWay.get(id)) await before;
    const writing = this.submit(person);
    this.underWay.set(id, writing);
    try {
      const outcome = await writing;
      if (outcome.kind === 'failed')
        throw new Error('what is known of a person was not written down', { cause: outcome.cause });
      if (outcome.kind === 'accepted') this.told.add(person);
      else this.pausedUntilMs = Date.now() + pauseMs;
      return outcome;
    } finally {
      this.underWay.delete(id);
    }
  }

  private submit(person: VerifiedPerson): Promise<Outcome> {
    const { issuer, subject, email = null, groups } = person;
    const command = { kind: 'see-person', issuer, subject, name: nameOf(person), email, groups } as const;
    return this.commands.execute(new SubmitChangeSet(ownChangeSet(identity, [command]), undefined));
  }

  private principalOf(person: VerifiedPerson): Principal {
    const standing = this.standingOf({ ...person, name: nameOf(person) });
    const expiresAt = new Date(person.expiresAtMs).toISOString();
    return { ...standing, token: standing.actor.id, through: 'person', expiresAt, delegates: false };
  }

  private standingOf({
    issuer,
    subject,
    name,
    groups,
  }: Pick<Person, 'issuer' | 'subject' | 'name' | 'groups'>): Pick<
    Principal,
    'access' | 'actor' | 'grantees'
  > {
    const grantees: readonly Grantee[] = [
      { kind: 'person', issuer, subject },
      ...groups.map((group) => ({ kind: 'group', issuer, group }) as const),
    ];
    const id = personId(issuer, subject);
    const actor = { kind: 'person', id, name: name ?? subject } as const;
    // Whoever was seen again was in other groups before, as far as is known here.
    const isSeenAgain = (this.model.people.person(id)?.streamVersion ?? 0) > 1;
    const rights = this.model.grants.rightsOf(grantees);
    return { access: accessOf({ ...rights, ...(isSeenAgain && { hasChanged: true }) }), actor, grantees };
  }
}

/** To show: an issuer may say nothing but what it calls somebody. */
export function nameOf({ name, subject }: VerifiedPerson): string {
  return name ?? subject;
}

function isSame(recorded: Person, person: VerifiedPerson): boolean {
  return (
    recorded.name === nameOf(person) &&
    recorded.email === (person.email ?? null) &&
    JSON.stringify(recorded.groups) === JSON.stringify(person.groups)
  );
}
