import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { requireEverywhere, type Access } from '../access/access.js';
import type { Person } from '../projections/people.js';
import { pageOf, readCursor, type Items, type Part } from './cursor.js';
import { ReadModel } from './read-model.js';

/** People who have come, and who is blocked, in the order in which they were first heard of. */
export class ListPeople extends Query<Items<PersonView>> {
  constructor(
    readonly access: Access,
    readonly part: Part,
  ) {
    super();
  }
}

/** As administrators see them; times are ISO 8601. What is absent was not said. */
export interface PersonView {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly name?: string;
  readonly email?: string;
  readonly groups: readonly string[];
  readonly seenAt?: string;
  readonly blockedAt?: string;
}

/** @throws Refusal `forbidden` */
@QueryHandler(ListPeople)
export class ListPeopleHandler implements IQueryHandler<ListPeople> {
  constructor(private readonly model: ReadModel) {}

  execute({ access, part }: ListPeople): Promise<Items<PersonView>> {
    requireEverywhere(access, 'administer');
    this.model.requireFew(part.limit);
    const rows = this.model.people.peopleAfter(readCursor(part) ?? 0, part.limit + 1);
    return Promise.resolve(pageOf(part, rows, ({ number }) => number, personView, this.model.position()));
  }
}

export function personView({ id, issuer, subject, groups, ...person }: Person): PersonView {
  const { name, email, seenAt, blockedAt } = person;
  return {
    id,
    issuer,
    subject,
    ...(name !== null && { name }),
    ...(email !== null && { email }),
    groups,
    ...(seenAt !== null && { seenAt }),
    ...(blockedAt !== null && { blockedAt }),
  };
}
