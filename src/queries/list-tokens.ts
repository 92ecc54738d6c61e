import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import type { ListedToken } from '../projections/tokens.js';
import { pageOf, readCursor, type Items, type Part } from './cursor.js';
import { ReadModel } from './read-model.js';
import { administers, anchorPath } from './grant-anchors.js';
import { isOver, tokenView, type TokenView } from './token-view.js';
import { TokenUses } from './token-uses.js';

/** Tokens that are not revoked, oldest first, without the sessions of people that are over at `nowMs`: there are many. */
export class ListTokens extends Query<Items<TokenView>> {
  constructor(
    readonly access: Access,
    readonly part: Part,
    readonly nowMs: number,
  ) {
    super();
  }
}

@QueryHandler(ListTokens)
export class ListTokensHandler implements IQueryHandler<ListTokens> {
  constructor(
    private readonly model: ReadModel,
    private readonly uses: TokenUses,
  ) {}

  execute({ access, part, nowMs }: ListTokens): Promise<Items<TokenView>> {
    const { model } = this;
    const found: ListedToken[] = [];
    for (let last = readCursor(part) ?? 0; found.length <= part.limit;) {
      const some = model.tokens.tokensAfter(last, part.limit + 1);
      found.push(...some.filter((token) => !isOver(token, nowMs) && this.isFor(access, token.id)));
      if (some.length <= part.limit) break;
      last = some.at(-1)?.number ?? last;
    }
    const show = (token: ListedToken): TokenView =>
      tokenView(token, ownPath(model, token.id), this.uses.lastUsedAt(token.id));
    return Promise.resolve(pageOf(part, found, ({ number }) => number, show, model.position()));
  }

  /** Whether all that a token may do is for whoever asks to give. */
  private isFor(access: Access, id: string): boolean {
    if (access.mayEverywhere('administer')) return true;
    const held = this.model.grants.heldBy([{ kind: 'token', id }]);
    return held.length > 0 && held.every(({ anchor }) => administers(this.model, access, anchor));
  }
}

/** Of the grant that a token came with. */
function ownPath(model: ReadModel, id: string): string | null {
  const own = model.grants.grant(id);
  return own ? anchorPath(model, own.anchor) : null;
}
