import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Actor } from '../events/event.js';
import type { Grantee } from '../events/grantee.js';
import { grantViews, type GrantView } from './list-grants.js';
import { ReadModel } from './read-model.js';

/** What has shown who somebody is. */
export type Through = 'token' | 'person' | 'session' | 'control';

/** Who asks, with which grants. */
export class FindMe extends Query<FoundMe> {
  constructor(
    readonly who: {
      readonly actor: Actor;
      readonly through: Through;
      readonly grantees: readonly Grantee[];
      readonly expiresAt: string | null;
    },
  ) {
    super();
  }
}

export interface FoundMe {
  readonly me: {
    readonly kind: Actor['kind'];
    readonly id: string;
    readonly name: string;
    readonly through: Through;
    readonly grants: readonly Omit<GrantView, 'at' | 'by'>[];
    readonly expiresAt?: string;
  };
  readonly position: number;
}

@QueryHandler(FindMe)
export class FindMeHandler implements IQueryHandler<FindMe> {
  private readonly show;

  constructor(private readonly model: ReadModel) {
    this.show = grantViews(model);
  }

  execute({ who: { actor, through, grantees, expiresAt } }: FindMe): Promise<FoundMe> {
    // Who gave them is for administrators.
    const grants = this.model.grants.grantsOf(grantees).map((grant) => {
      const { at: _at, by: _by, ...shown } = this.show(grant);
      return shown;
    });
    const me = { ...actor, through, grants, ...(expiresAt !== null && { expiresAt }) } as const;
    return Promise.resolve({ me, position: this.model.position() });
  }
}
