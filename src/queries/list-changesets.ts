import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import type { Actor } from '../events/event.js';
import { families } from '../events/event-types.js';
import { Refusal } from '../refusal.js';
import { pageOf, readCursor, type Items, type Part } from './cursor.js';
import { beneathAnchors } from './page-choice.js';
import { ReadModel } from './read-model.js';
import { statements } from './statements.js';

/** Change sets after a log position, oldest first. */
export class ListChangesets extends Query<Items<ChangesetView>> {
  constructor(
    readonly access: Access,
    readonly after: number,
    readonly part: Part,
  ) {
    super();
  }
}

/** One change set by its id. */
export class FindChangeset extends Query<FoundChangeset> {
  constructor(
    readonly access: Access,
    readonly id: string,
  ) {
    super();
  }
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

/** With the log position that the answer reflects. */
export interface FoundChangeset {
  readonly changeset: ChangesetView;
  readonly position: number;
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

const select = 'SELECT id, first_position, last_position, at, by, comment, source FROM changesets';

@QueryHandler(ListChangesets)
export class ListChangesetsHandler implements IQueryHandler<ListChangesets> {
  private readonly prepared;

  constructor(private readonly model: ReadModel) {
    this.prepared = statements(model.db);
  }

  execute({ access, after, part }: ListChangesets): Promise<Items<ChangesetView>> {
    this.model.requireHappened(after, { parameter: 'after' });
    // Who sees a part may have to look through all that the others have done.
    this.model.requireFew(part.limit, this.model.partOf(access) ? this.model.position() - after : 0);
    const { condition, bound } = visible(this.model, access);
    const rows = this.prepared<unknown[], ChangesetRow>(
      `${select} WHERE first_position > $after AND ${condition} ORDER BY first_position LIMIT $limit`,
    ).all({ ...bound, after: Math.max(after, readCursor(part) ?? 0), limit: part.limit + 1 });
    return Promise.resolve(
      pageOf(part, rows, (row) => row.last_position, changesetView, this.model.position()),
    );
  }
}

/** @throws Refusal `not-found` */
@QueryHandler(FindChangeset)
export class FindChangesetHandler implements IQueryHandler<FindChangeset> {
  private readonly prepared;

  constructor(private readonly model: ReadModel) {
    this.prepared = statements(model.db);
  }

  execute({ access, id }: FindChangeset): Promise<FoundChangeset> {
    const { condition, bound } = visible(this.model, access);
    const row = this.prepared<unknown[], ChangesetRow>(`${select} WHERE id = $id AND ${condition}`).get({
      ...bound,
      id,
    });
    if (!row) throw new Refusal('not-found', `there is no change set ${id}`);
    return Promise.resolve({ changeset: changesetView(row), position: this.model.position() });
  }
}

/** A change set is seen by whoever may hear of each of its events: a comment may speak of all of them. */
function visible(model: ReadModel, access: Access): { readonly condition: string; readonly bound: object } {
  const part = model.partOf(access);
  if (part) {
    const condition = `NOT EXISTS (SELECT 1 FROM events
      WHERE position BETWEEN first_position AND last_position AND stream NOT IN (${beneathAnchors}))`;
    return { condition, bound: { anchors: JSON.stringify(part) } };
  }
  const hidden = families
    .filter((family) => !access.families.includes(family))
    .map((family) => `'${family}'`);
  if (hidden.length === 0) return { condition: '1', bound: {} };
  const condition = `NOT EXISTS (SELECT 1 FROM families
          WHERE family IN (${hidden.join(', ')}) AND position BETWEEN first_position AND last_position)`;
  return { condition, bound: {} };
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
