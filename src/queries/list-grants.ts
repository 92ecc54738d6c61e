import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import type { Actor } from '../events/event.js';
import type { Grantee } from '../events/grantee.js';
import type { Role } from '../events/role.js';
import type { Grant, ListedGrant } from '../projections/grants.js';
import { personId } from '../projections/person-id.js';
import { pageOf, readCursor, type Items, type Part } from './cursor.js';
import { administers, anchorPath } from './grant-anchors.js';
import { ReadModel, type AsOf } from './read-model.js';

/** Grants that are good, or were so as of a moment, in the order in which they were given. */
export class ListGrants extends Query<Items<GrantView>> {
  constructor(
    readonly access: Access,
    readonly part: Part,
    readonly asOf?: AsOf,
  ) {
    super();
  }
}

/** As administrators see it; times are ISO 8601. `path` null: the page is deleted, and the grant sleeps. */
export interface GrantView {
  readonly id: string;
  readonly principal: Grantee & { readonly name?: string };
  readonly role: Role;
  readonly path: string | null;
  readonly anchor: string | null;
  readonly at?: string;
  readonly by?: Actor;
}

@QueryHandler(ListGrants)
export class ListGrantsHandler implements IQueryHandler<ListGrants> {
  private readonly show;

  constructor(private readonly model: ReadModel) {
    this.show = grantViews(model);
  }

  execute(query: ListGrants): Promise<Items<GrantView>> {
    return Promise.resolve(this.model.snapshot(() => this.list(query)));
  }

  private list({ access, part, asOf }: ListGrants): Items<GrantView> {
    this.model.requireFew(part.limit);
    const at = this.model.positionFor(access, asOf);
    const found: ListedGrant[] = [];
    for (let last = readCursor(part) ?? 0; found.length <= part.limit;) {
      const some = this.model.grants.grantsAfter(last, at, part.limit + 1);
      found.push(...some.filter(({ anchor }) => administers(this.model, access, anchor)));
      if (some.length <= part.limit) break;
      last = some.at(-1)?.number ?? last;
    }
    return pageOf(part, found, ({ number }) => number, this.show, at);
  }
}

/** Shows grants with who has them, and who gave them. */
export function grantViews({ db, ...model }: Pick<ReadModel, 'db' | 'tokens' | 'people' | 'pages'>) {
  const given = db.prepare<[number], { at: string; by: string }>(
    'SELECT at, by FROM changesets WHERE first_position = ?',
  );
  const nameOf = (principal: Grantee): string | null | undefined => {
    switch (principal.kind) {
      case 'token':
        return model.tokens.token(principal.id)?.name;
      case 'person':
        return model.people.person(personId(principal.issuer, principal.subject))?.name;
      case 'group':
        return undefined;
    }
  };
  return (grant: Grant): GrantView => {
    const when = given.get(grant.changeset);
    return {
      ...shownGrant(grant, anchorPath(model, grant.anchor), nameOf(grant.principal)),
      ...(when && { at: when.at, by: JSON.parse(when.by) as Actor }),
    };
  };
}

export function shownGrant(
  { id, principal, role, anchor }: Grant,
  path: string | null,
  name?: string | null,
): GrantView {
  const who = typeof name === 'string' ? { ...principal, name } : principal;
  return { id, principal: who, role, path, anchor };
}
