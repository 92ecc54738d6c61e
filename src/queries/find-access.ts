import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { accessOf, possible, requirePermission, type Access } from '../access/access.js';
import { everywhere } from '../access/rights.js';
import { personId } from '../projections/person-id.js';
import type { Grant } from '../projections/grants.js';
import { notFound } from './find-page.js';
import { administers } from './grant-anchors.js';
import { grantViews, type GrantView } from './list-grants.js';
import type { PageView } from './page-view.js';
import { ReadModel, type AsOf } from './read-model.js';

/** Who may do what with a page, now or as of a moment. */
export class FindAccess extends Query<FoundAccess> {
  constructor(
    readonly id: string,
    readonly access: Access,
    readonly asOf?: AsOf,
  ) {
    super();
  }
}

/** In the order in which the grants were given, with the log position that this reflects. */
export interface FoundAccess {
  readonly isProtected: boolean;
  readonly items: readonly PageGrant[];
  readonly position: number;
}

interface PageGrant extends Omit<GrantView, 'anchor'> {
  /** Absent where it is above what whoever asks administers. */
  readonly anchor?: string | null;
  /** What the grant lets its principal do with the page as it is. */
  readonly permissions: readonly string[];
  readonly expiresAt?: string;
  readonly blocked?: boolean;
}

/** @throws Refusal `not-found`, `forbidden` */
@QueryHandler(FindAccess)
export class FindAccessHandler implements IQueryHandler<FindAccess> {
  private readonly show;

  constructor(private readonly model: ReadModel) {
    this.show = grantViews(model);
  }

  execute(query: FindAccess): Promise<FoundAccess> {
    return Promise.resolve(this.model.snapshot(() => this.find(query)));
  }

  private find({ id, access, asOf }: FindAccess): FoundAccess {
    const now = this.model.pages.latest(id)?.view;
    if (!now || access.sightOf(now) === 'nothing') throw notFound(id);
    requirePermission(access, 'administer', now);
    const at = this.model.positionFor(access, asOf);
    const page = asOf === undefined ? now : this.model.pages.asOf(id, at)?.view;
    if (!page || access.sightOf(page) !== 'all') throw notFound(id);
    const grants = this.model.grants.grantsAt(
      page.deletedRoot === null ? [...page.above, id] : page.above,
      at,
    );
    this.model.requireFew(grants.length);
    const items = grants.map((grant) => {
      const { anchor, path, ...shown } = this.grantOn(page, grant);
      if (anchor === null || administers(this.model, access, anchor)) return { ...shown, path, anchor };
      // Of what is above nobody is told more than the path of the page itself says.
      return { ...shown, path: now.above.includes(anchor) ? path : null };
    });
    return { isProtected: page.isProtected, items, position: at };
  }

  private grantOn(page: PageView, grant: Grant): PageGrant & GrantView {
    const { expiresAt, isBlocked } = this.stateOf(grant);
    const access = accessOf(everywhere(grant.role));
    return {
      ...this.show(grant),
      permissions: access.sightOf(page) === 'nothing' ? [] : possible(access, page),
      ...(expiresAt !== null && { expiresAt }),
      ...(isBlocked && { blocked: true }),
    };
  }

  private stateOf({ principal }: Grant): { readonly expiresAt: string | null; readonly isBlocked: boolean } {
    if (principal.kind === 'token') {
      return { expiresAt: this.model.tokens.token(principal.id)?.expiresAt ?? null, isBlocked: false };
    }
    if (principal.kind === 'group') return { expiresAt: null, isBlocked: false };
    const person = this.model.people.person(personId(principal.issuer, principal.subject));
    return { expiresAt: null, isBlocked: typeof person?.blockedAt === 'string' };
  }
}
