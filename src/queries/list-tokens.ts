import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Role } from '../events/event.js';
import type { Token } from '../projections/tokens.js';
import { pageOf, readCursor, type Items, type Part } from './cursor.js';
import { ReadModel } from './read-model.js';
import { TokenUses } from './token-uses.js';

/** Tokens that are not revoked, oldest first. */
export class ListTokens extends Query<Items<TokenView>> {
  constructor(readonly part: Part) {
    super();
  }
}

/** A token as administrators see it; times are ISO 8601. */
export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly path: string;
  readonly createdAt: string;
  /** Absent: never. */
  readonly expiresAt?: string;
  /** Absent: not since this process started. */
  readonly lastUsedAt?: string;
}

@QueryHandler(ListTokens)
export class ListTokensHandler implements IQueryHandler<ListTokens> {
  constructor(
    private readonly model: ReadModel,
    private readonly uses: TokenUses,
  ) {}

  execute({ part }: ListTokens): Promise<Items<TokenView>> {
    const rows = this.model.tokens.tokensAfter(readCursor(part) ?? 0, part.limit + 1);
    const items = pageOf(
      part,
      rows,
      (row) => row.number,
      (row) => tokenView(row, this.uses.lastUsedAt(row.id)),
      this.model.position(),
    );
    return Promise.resolve(items);
  }
}

export function tokenView({ id, name, role, createdAt, expiresAt }: Token, lastUsedAt?: string): TokenView {
  return {
    id,
    name,
    role,
    path: '/',
    createdAt,
    ...(expiresAt !== null && { expiresAt }),
    ...(lastUsedAt !== undefined && { lastUsedAt }),
  };
}
