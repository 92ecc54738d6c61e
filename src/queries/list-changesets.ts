import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Actor, Role } from '../events/event.js';
import { Refusal } from '../refusal.js';
import { pageOf, readCursor, type Items, type Part } from './cursor.js';
import { ReadModel } from './read-model.js';

/** Change sets after a log position, oldest first. */
export class ListChangesets {
  constructor(
    readonly role: Role,
    readonly after: number,
    readonly part: Part,
  ) {}
}

/** One change set by its id. */
export class FindChangeset {
  constructor(
    readonly role: Role,
    readonly id: string,
  ) {}
}

/** `at` is ISO 8601; `source` tells where an imported one comes from. */
export interface ChangesetView {
  readonly id: string;
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly at: string;
  readonly by: Actor;
  readonly comment: string | null;
  readonly source?: Readonly<Record<string, string>>;
}

interface ChangesetRow {
  id: string;
  first_position: number;
  last_position: number;
  at: string;
  by: string;
  comment: string | null;
  source: string | null;
}

/** What happened to tokens is for administrators. */
const onlyPages = `EXISTS (SELECT 1 FROM events WHERE position = first_position AND type GLOB 'Page*')`;
const select = 'SELECT id, first_position, last_position, at, by, comment, source FROM changesets';

@QueryHandler(ListChangesets)
export class ListChangesetsHandler implements IQueryHandler<ListChangesets, Items<ChangesetView>> {
  constructor(private readonly model: ReadModel) {}

  execute({ role, after, part }: ListChangesets): Promise<Items<ChangesetView>> {
    requireEditor(role);
    const rows = this.model.db
      .prepare<[number, number], ChangesetRow>(
        `${select} WHERE first_position > ? AND ${visible(role)} ORDER BY first_position LIMIT ?`,
      )
      .all(Math.max(after, readCursor(part) ?? 0), part.limit + 1);
    return Promise.resolve(pageOf(part, rows, (row) => row.last_position, changesetView));
  }
}

/** @throws Refusal `not-found` */
@QueryHandler(FindChangeset)
export class FindChangesetHandler implements IQueryHandler<FindChangeset, ChangesetView> {
  constructor(private readonly model: ReadModel) {}

  execute({ role, id }: FindChangeset): Promise<ChangesetView> {
    requireEditor(role);
    const row = this.model.db
      .prepare<[string], ChangesetRow>(`${select} WHERE id = ? AND ${visible(role)}`)
      .get(id);
    if (!row) throw new Refusal('not-found', `there is no change set ${id}`);
    return Promise.resolve(changesetView(row));
  }
}

function visible(role: Role): string {
  return role === 'admin' ? '1' : onlyPages;
}

/** @throws Refusal `not-found`: readers don't learn that there is a history */
export function requireEditor(role: Role): void {
  if (role === 'render') throw new Refusal('not-found', 'there is nothing here');
}

function changesetView(row: ChangesetRow): ChangesetView {
  return {
    id: row.id,
    firstPosition: row.first_position,
    lastPosition: row.last_position,
    at: row.at,
    by: JSON.parse(row.by) as Actor,
    comment: row.comment,
    ...(row.source !== null && { source: JSON.parse(row.source) as Record<string, string> }),
  };
}
