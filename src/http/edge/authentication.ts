import { hash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { accessOf, type Access } from '../../access/access.js';
import { everywhere } from '../../access/rights.js';
import type { Actor, Grantee } from '../../events/event.js';
import type { Token } from '../../projections/tokens.js';
import { Memory } from '../../memory.js';
import { TokenUses } from '../../queries/token-uses.js';
import { ReadModel } from '../../queries/read-model.js';

/** The client that asks. `token` scopes idempotency keys. */
export interface Principal {
  readonly access: Access;
  readonly actor: Actor;
  readonly token: string;
  /** Whose grants are its own; none of those who reach the control socket, who may do everything. */
  readonly grantees: readonly Grantee[];
  /** ISO 8601, UTC; null: never. */
  readonly expiresAt: string | null;
  /** It may ask for a visitor, whose token it passes along. */
  readonly delegates: boolean;
  /** The token of that visitor. */
  readonly visitor?: string;
}

const plain = { grantees: [], expiresAt: null, delegates: false } as const;

/** Whoever reaches the control socket owns the data directory. */
export const operator: Principal = {
  ...plain,
  access: accessOf(everywhere('admin')),
  actor: { kind: 'system', id: 'operator', name: 'operator' },
  token: 'operator',
};

/** Whoever asks what anybody may ask. */
export const anybody: Principal = {
  ...plain,
  access: accessOf(everywhere('render')),
  actor: { kind: 'system', id: 'anybody', name: 'anybody' },
  token: 'anybody',
};

export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

interface Known {
  readonly principal: Principal;
  /** Milliseconds since the epoch; Infinity: never. */
  readonly expiresAtMs: number;
}

/**
 * Tells who a bearer token stands for. Tokens are remembered, because hashing and looking up each time halves the
 * rate of reads, until something happens that decides who may do what.
 */
@Injectable()
export class Authentication {
  /** By the whole header. */
  private readonly known = new Memory<string, Known>(10_000);
  /** Where something happened to tokens and grants when `known` was begun. */
  private knownAt = -1;

  constructor(
    private readonly model: ReadModel,
    private readonly uses: TokenUses,
  ) {}

  /** `header` is the value of `Authorization` (RFC 6750 §2.1); nothing for a token that is unknown, revoked or expired. */
  authenticate(header: string | undefined, nowMs: number): Principal | undefined {
    if (!header) return undefined;
    const changedAt = this.model.changedAt('access');
    if (changedAt !== this.knownAt) {
      this.known.clear();
      this.knownAt = changedAt;
    }
    const known = this.known.get(header) ?? this.lookUp(header);
    if (!known || known.expiresAtMs <= nowMs) return undefined;
    this.uses.note(known.principal.token, nowMs);
    return known.principal;
  }

  /**
   * Who asks for a visitor, whose token is given as it came: what is protected is shown as far as the visitor may view it, and nothing
   * else of what they may do counts. Nothing for a token that is unknown, revoked or expired. Who may not ask for others asks for
   * nobody.
   */
  onBehalfOf(principal: Principal, userToken: string, nowMs: number): Principal | undefined {
    if (!principal.delegates) return principal;
    const visitor = this.authenticate(/^bearer /i.test(userToken) ? userToken : `Bearer ${userToken}`, nowMs);
    if (!visitor) return undefined;
    const { rights } = principal.access;
    const access = accessOf({ ...rights, visitor: visitor.access.rights.held });
    return { ...principal, access, visitor: visitor.token };
  }

  /** Projections were put right. */
  forget(): void {
    this.knownAt = -1;
  }

  private lookUp(header: string): Known | undefined {
    if (!/^bearer /i.test(header)) return undefined;
    const digest = hashSecret(header.slice('bearer '.length).trim());
    const token = this.model.tokens.tokenByHash(digest);
    if (!token || !timingSafeEqual(Buffer.from(token.hash), Buffer.from(digest))) return undefined;
    const known = {
      principal: this.principalOf(token),
      expiresAtMs: token.expiresAt === null ? Infinity : Date.parse(token.expiresAt),
    };
    this.known.set(header, known);
    return known;
  }

  private principalOf({ id, name, expiresAt, delegates, isCache }: Token): Principal {
    const grantees: readonly Grantee[] = [{ kind: 'token', id }];
    const actor: Actor = { kind: 'token', id, name };
    const access = accessOf({ ...this.model.grants.rightsOf(grantees), ...(isCache && { isCache }) });
    return { access, actor, token: id, grantees, expiresAt, delegates };
  }
}
