import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import type { Command } from '../../commands/index.js';
import type { Actor } from '../../events/event.js';
import type { Role } from '../../events/role.js';
import type { VerifiedPerson } from '../../identity/person.js';
import { RefusedSignIn } from '../../identity/refused-sign-in.js';
import { personId } from '../../projections/person-id.js';
import { Refusal, refuse } from '../../refusal.js';
import { Authentication } from '../edge/authentication.js';
import { isPerson } from '../edge/greeting.js';
import { nameOf, People, PEOPLE_SETTINGS, type PeopleSettings } from '../edge/people.js';
import { ownChangeSet } from '../edge/own-change-set.js';
import { operator } from '../edge/principal.js';
import type { Answer } from '../edge/problem.js';
import { relativeLocation } from '../edge/relative-location.js';
import { RequestRates } from '../edge/request-rates.js';
import { hashSecret, newSecret } from '../edge/secret.js';
import { membersOf } from '../edge/sent.js';
import {
  endedSessionCookie,
  ownOrigin,
  sessionCookie,
  sessionIn,
  signInCookie,
  signInIn,
} from '../edge/session-cookie.js';
import { readQuery, readShape } from '../edge/shape.js';
import { SubmitChangeSet } from '../edge/submit-change-set.js';
import { WriteQuery } from '../edge/write-query.js';
import { OneTimeCodes } from './one-time-codes.js';
import { isOwnPath } from './own-path.js';
import { PendingSignIns, type SigningIn } from './pending-sign-ins.js';
import { CodeBody, SignInQuery } from './session-shapes.js';
import { Unfinished } from './unfinished.js';

/** An answer, and the log position that it reflects; undefined: where the log stands. */
export interface SessionAnswer {
  readonly answer: Answer;
  readonly position?: number;
}

/** What tokens of sessions are called. */
const sessionName = 'browser';

const signInSeconds = 10 * 60;

const callback = '/session/callback';

/** Begins and ends the sessions of browsers: each is an ordinary token, whose secret is in a cookie. */
@Injectable()
export class Sessions {
  readonly codes = new OneTimeCodes();
  private readonly signingIn = new PendingSignIns();
  readonly unfinished = new Unfinished(this.codes, this.signingIn);

  constructor(
    private readonly commands: CommandBus,
    private readonly authentication: Authentication,
    private readonly people: People,
    private readonly rates: RequestRates,
    @Inject(PEOPLE_SETTINGS) private readonly settings: PeopleSettings,
  ) {}

  /** @throws Refusal `not-found`, `malformed-request`, `too-many-requests`, `issuer-unavailable` */
  async begin(request: FastifyRequest): Promise<SessionAnswer> {
    const { raw, headers, query } = request;
    const { issuer, returnTo } = readQuery(SignInQuery, query);
    if (returnTo !== undefined && !isOwnPath(returnTo))
      throw new Refusal('malformed-request', 'returnTo has to be a path on this host, as "/docs"');
    const chosen = this.issuerOf(issuer);
    this.rates.requireFewSignIns(raw);
    const { issuers } = this.settings;
    const signIn = await issuers.signIn();
    const redirectUri = issuers.redirectUriOf(chosen) ?? `${ownOrigin(headers)}${callback}`;
    const { address, pending } = await this.toldOf(request, signIn.begin(chosen, redirectUri, Date.now()));
    // Several pages of a browser may begin at once.
    const browser = signInIn(headers) ?? newSecret();
    this.signingIn.keep({ pending, browser: hashSecret(browser), returnTo });
    return redirect(address, signInCookie(browser, signInSeconds, headers));
  }

  /** @throws Refusal `unauthenticated`, `issuer-unavailable`; as `People.see` */
  async complete(request: FastifyRequest): Promise<SessionAnswer> {
    const { headers } = request;
    const answered = new URL(request.url, 'http://own.invalid').searchParams;
    const signingIn = this.signingIn.take(answered.get('state') ?? '', signInIn(headers));
    try {
      if (!signingIn) throw this.unknownSignIn(request);
      const person = await this.whoHasSignedIn(request, answered, signingIn);
      await this.people.see(person);
      const { returnTo = relativeLocation(callback, '/session') } = signingIn;
      const opened = await this.open(ofPerson(person), request);
      return { ...redirect(returnTo, opened.cookie), position: opened.position };
    } catch (error) {
      // Of those who have signed in nobody else is refused.
      if (error instanceof Refusal && error.code === 'unauthenticated')
        request.fault ??= { fault: 'blocked' };
      // A person reads a page rather than a problem.
      if (!(error instanceof Refusal) || !isPerson(headers.accept)) throw error;
      const why = request.fault?.fault ?? error.code;
      return redirect(`${relativeLocation(callback, '/session')}#failed=${why}`);
    }
  }

  /** @throws Refusal `unauthenticated` for a code that is good no longer */
  async exchange(request: FastifyRequest): Promise<SessionAnswer> {
    const { headers, body, raw, query } = request;
    const { dryRun = false } = readQuery(WriteQuery, query);
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    const { code } = readShape(CodeBody, membersOf({ headers, body: { kind: 'bytes', bytes } }), 'body');
    const role = dryRun ? this.codes.look(code, Date.now()) : this.codes.take(code, Date.now());
    if (role === undefined) {
      this.rates.requireFewFailures(raw);
      throw new Refusal(
        'unauthenticated',
        'this link was used before, or is older than ten minutes: run `palimpsest login` for another',
      );
    }
    if (dryRun) return { answer: noContent() };
    const { cookie, position } = await this.open(ofOperator(role), request);
    return { answer: noContent(cookie), position };
  }

  /** Only what came as a cookie is a session of this browser. */
  async end(request: FastifyRequest): Promise<SessionAnswer> {
    const { principal, headers, query } = request;
    const { dryRun = false } = readQuery(WriteQuery, query);
    if (dryRun || principal.session === undefined) return { answer: noContent() };
    const answer = noContent(endedSessionCookie(headers));
    const commands = [{ kind: 'revoke-token', token: principal.session }] as const;
    return { answer, position: await this.submit(principal.actor, commands, request) };
  }

  /** The browser has another session afterwards than before: nobody signs others in by one that they know. */
  private async open(
    { by, command }: Opening,
    request: FastifyRequest,
  ): Promise<{ readonly cookie: string; readonly position: number }> {
    const { headers } = request;
    const { sessionSeconds } = this.settings;
    const secret = newSecret();
    const nowMs = Date.now();
    const opened = command({
      token: randomUUID(),
      name: sessionName,
      hash: hashSecret(secret),
      expiresAt: new Date(nowMs + sessionSeconds * 1000).toISOString(),
    });
    const before = this.authentication.session(sessionIn(headers), nowMs)?.session;
    const ended = before === undefined ? [] : [{ kind: 'revoke-token', token: before } as const];
    const position = await this.submit(by, [opened, ...ended], request);
    return { cookie: sessionCookie(secret, sessionSeconds, headers), position };
  }

  /** With all rights, as a session is nothing that its person could ask for otherwise. @throws Refusal; Elsewhere */
  private async submit(by: Actor, commands: readonly Command[], { trace }: FastifyRequest): Promise<number> {
    const outcome = await this.commands.execute(new SubmitChangeSet(ownChangeSet(by, commands), trace));
    if (outcome.kind === 'failed')
      throw new Error('a session was not written down', { cause: outcome.cause });
    if (outcome.kind === 'refused') refuse(outcome.refusal);
    return outcome.position;
  }

  private issuerOf(wanted: string | undefined): string {
    const { ofSignIn } = this.settings.issuers;
    const [first, another] = ofSignIn;
    if (first === undefined)
      throw new Refusal('not-found', 'nobody can sign in here: the settings have no issuer with signIn');
    if (wanted === undefined && another === undefined) return first;
    if (wanted !== undefined && ofSignIn.includes(wanted)) return wanted;
    throw new Refusal(
      'not-found',
      `people can sign in at ${ofSignIn.join(', ')}: say one of these as issuer`,
    );
  }

  private async whoHasSignedIn(
    request: FastifyRequest,
    answered: URLSearchParams,
    { pending }: SigningIn,
  ): Promise<VerifiedPerson> {
    const signIn = await this.settings.issuers.signIn();
    return this.toldOf(request, signIn.complete(answered, pending, Date.now()));
  }

  private unknownSignIn(request: FastifyRequest): Refusal {
    this.rates.requireFewFailures(request.raw);
    request.fault = { fault: 'wrong-state' };
    return new Refusal(
      'unauthenticated',
      'this browser has not begun to sign in, or too long ago: begin again',
    );
  }

  /** What went wrong is for the log, and in a word for whoever signs in. */
  private async toldOf<T>(request: FastifyRequest, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof RefusedSignIn)) throw error;
      request.fault = error.facts;
      const { fault } = error.facts;
      if (fault === 'issuer-unavailable')
        throw new Refusal(
          'issuer-unavailable',
          'where people sign in there is no answer: try again in a while',
        );
      throw new Refusal('unauthenticated', `signing in has failed (${fault}): begin again`, { fault });
    }
  }
}

/** What every session is made of. */
interface Opened {
  readonly token: string;
  readonly name: string;
  readonly hash: string;
  readonly expiresAt: string;
}

/** Who writes down a session, and of which kind it is. */
interface Opening {
  readonly by: Actor;
  readonly command: (opened: Opened) => Command;
}

function ofPerson(person: VerifiedPerson): Opening {
  const { issuer, subject } = person;
  return {
    by: { kind: 'person', id: personId(issuer, subject), name: nameOf(person) },
    command: (opened) => ({ kind: 'open-session', ...opened, issuer, subject }),
  };
}

function ofOperator(role: Role): Opening {
  return { by: operator.actor, command: (opened) => ({ kind: 'create-token', ...opened, role }) };
}

function redirect(location: string, cookie?: string): SessionAnswer {
  const headers = { location, 'cache-control': 'no-store', ...setting(cookie) };
  return { answer: { status: 302, headers, body: '' } };
}

function noContent(cookie?: string): Answer {
  return { status: 204, headers: { 'cache-control': 'no-store', ...setting(cookie) }, body: '' };
}

function setting(cookie: string | undefined): Readonly<Record<string, string>> {
  return cookie === undefined ? {} : { 'set-cookie': cookie };
}
