import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { accessOf } from '../../access/access.js';
import type { Actor } from '../../events/event.js';
import type { Grantee } from '../../events/grantee.js';
import { isPersonToken } from '../../identity/is-person-token.js';
import type { Token } from '../../projections/tokens.js';
import { Memory } from '../../memory.js';
import { TokenUses } from '../../queries/token-uses.js';
import { ReadModel } from '../../queries/read-model.js';
import { People, type Asker } from './people.js';
import type { Principal } from './principal.js';
import { isSigned, readLink } from '../assets/file-link.js';
import { hashSecret } from './secret.js';
import { sessionIn } from './session-cookie.js';

interface Known {
  readonly principal: Principal;
  readonly id: string;
  /** Milliseconds since the epoch; Infinity: never. */
  readonly expiresAtMs: number;
}

/**
 * Tells who a token stands for, which came as a bearer token or in the cookie of a session. Tokens are remembered, because hashing and looking up each time halves the
 * rate of reads, until something happens that decides who may do what.
 */
@Injectable()
export class Authentication {
  /** By the whole header. */
  private readonly known = new Memory<string, Known>(10_000);
  /** By the secret in the cookie. */
  private readonly sessions = new Memory<string, Known>(10_000);
  /** Where something happened to tokens, grants and people when those were begun. */
  private knownAt = -1;

  constructor(
    private readonly model: ReadModel,
    private readonly uses: TokenUses,
    private readonly people: People,
  ) {}

  /**
   * `header` is the value of `Authorization` (RFC 6750 §2.1); nothing for a token that is unknown, revoked or expired, and for
   * a person who is blocked. `isRead`: nothing is done in anybody's name.
   * @throws RefusedToken, when it is waited for; Refusal; Elsewhere
   */
  authenticate(header: string | undefined, nowMs: number, isRead: boolean): Asker {
    if (!header) return undefined;
    this.forgetOlder();
    const known = this.known.get(header);
    if (known) return this.good(known, nowMs);
    if (!/^bearer /i.test(header)) return undefined;
    const secret = header.slice('bearer '.length).trim();
    const mayBePerson = isPersonToken(secret);
    const person = mayBePerson ? this.people.remembered(secret, nowMs, isRead) : undefined;
    if (person) return person;
    const found = this.lookUp(secret);
    if (found) this.known.set(header, found);
    else if (mayBePerson) return this.people.verified(secret, nowMs, isRead);
    return found && this.good(found, nowMs);
  }

  /** The same of the secret in a session's cookie. Nothing where there is none. */
  session(secret: string | undefined, nowMs: number): Principal | undefined {
    if (secret === undefined) return undefined;
    this.forgetOlder();
    const known = this.sessions.get(secret) ?? this.lookUpSession(secret);
    return known && this.good(known, nowMs);
  }

  /** Who asks for the file at `path` by a link that was made for their token. */
  linked(link: string, path: string, nowMs: number): Principal | undefined {
    const sent = readLink(link, nowMs);
    const token = sent && this.model.tokens.token(sent.token);
    if (!token || token.revokedAt !== null || !isSigned(sent, token.hash, path)) return undefined;
    if (token.expiresAt !== null && Date.parse(token.expiresAt) <= nowMs) return undefined;
    const principal = this.principalOf(token);
    return principal && { ...principal, delegates: false };
  }

  /**
   * Who asks for a visitor, who came with a token of theirs: what is protected is shown as far as the visitor may view it, and nothing
   * else of what they may do counts.
   */
  onBehalfOf(principal: Principal, visitor: Principal): Principal {
    const { rights } = principal.access;
    const access = accessOf({ ...rights, visitor: visitor.access.rights.held });
    return { ...principal, access, visitor: visitor.token };
  }

  /** Whoever was let in before, if they still are, as far as that is known without waiting. */
  again(headers: IncomingHttpHeaders, nowMs: number): Principal | undefined {
    const { authorization } = headers;
    if (authorization === undefined) return this.session(sessionIn(headers), nowMs);
    const asker = this.authenticate(authorization, nowMs, true);
    if (!(asker instanceof Promise)) return asker;
    asker.catch(() => undefined); // they come again, and are told
    return undefined;
  }

  /** Projections were put right. */
  forget(): void {
    this.knownAt = -1;
    this.people.forget();
  }

  private forgetOlder(): void {
    const changedAt = this.model.changedAt('access');
    if (changedAt === this.knownAt) return;
    this.known.clear();
    this.sessions.clear();
    this.knownAt = changedAt;
  }

  private good({ principal, id, expiresAtMs }: Known, nowMs: number): Principal | undefined {
    if (expiresAtMs <= nowMs) return undefined;
    this.uses.note(id, nowMs);
    return principal;
  }

  private lookUpSession(secret: string): Known | undefined {
    const found = this.lookUp(secret);
    if (!found) return undefined;
    const { principal, id } = found;
    const known: Known = { ...found, principal: { ...principal, through: 'session', session: id } };
    this.sessions.set(secret, known);
    return known;
  }

  private lookUp(secret: string): Known | undefined {
    const digest = hashSecret(secret);
    const token = this.model.tokens.tokenByHash(digest);
    if (!token || !timingSafeEqual(Buffer.from(token.hash), Buffer.from(digest))) return undefined;
    const principal = this.principalOf(token);
    return (
      principal && {
        principal,
        id: token.id,
        expiresAtMs: token.expiresAt === null ? Infinity : Date.parse(token.expiresAt),
      }
    );
  }

  /** A session has what its person has, as they were last seen; nothing for the session of somebody who is blocked. */
  private principalOf({ id, name, person, expiresAt, delegates, isCache }: Token): Principal | undefined {
    if (person) {
      const standing = this.people.seen(person.issuer, person.subject);
      return (
        standing && { ...standing, token: standing.actor.id, through: 'token', expiresAt, delegates: false }
      );
    }
    const grantees: readonly Grantee[] = [{ kind: 'token', id }];
    const actor: Actor = { kind: 'token', id, name };
    const access = accessOf({ ...this.model.grants.rightsOf(grantees), ...(isCache && { isCache }) });
    return { access, actor, token: id, through: 'token', grantees, expiresAt, delegates };
  }
}
