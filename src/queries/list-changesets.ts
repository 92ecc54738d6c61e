import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import { families, type Actor } from '../events/event.js';
import { Refusal } from '../refusal.js';
import { cursorAt, pageOf, readCursor, type Items, type Part } from './cursor.js';
import { pagesThen } from './feed/pages-then.js';
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

/** Change sets that one request looks at: where most of them are about other parts, an answer may have fewer than asked for. */
const mostLooked = 2_000;

@QueryHandler(ListChangesets)
export class ListChangesetsHandler implements IQueryHandler<ListChangesets> {
  private readonly prepared;
  private readonly isOfPart;

  constructor(private readonly model: ReadModel) {
    this.prepared = statements(model.db);
    this.isOfPart = partFinder(model);
  }

  execute({ access, after, part }: ListChangesets): Promise<Items<ChangesetView>> {
    const { model } = this;
    model.requireHappened(after, { parameter: 'after' });
    const from = Math.max(after, readCursor(part) ?? 0);
    const position = model.position();
    if (!access.isWhole) {
      model.requireFew(part.limit, Math.min(mostLooked, position - from));
      return Promise.resolve(model.snapshot(() => this.listPart(access, from, part)));
    }
    model.requireFew(part.limit);
    const rows = this.rows(access, from, part.limit + 1);
    return Promise.resolve(pageOf(part, rows, (row) => row.last_position, changesetView, position));
  }

  private listPart(access: Access, from: number, { list, limit }: Part): Items<ChangesetView> {
    const position = this.model.position();
    const found: ChangesetRow[] = [];
    const piece = (rest: number | undefined): Items<ChangesetView> => ({
      items: found.map(changesetView),
      next: rest === undefined ? null : cursorAt(list, String(rest)),
      position,
    });
    let last = from;
    for (let looked = 0; looked < mostLooked; looked += limit + 1) {
      const some = this.rows(access, last, limit + 1);
      for (const row of some) {
        const isTold = this.isOfPart(access, row);
        if (isTold && found.length === limit) return piece(found.at(-1)?.last_position);
        if (isTold) found.push(row);
        last = row.last_position;
      }
      if (some.length <= limit) return piece(undefined);
    }
    return piece(last);
  }

  private rows(access: Access, after: number, limit: number): readonly ChangesetRow[] {
    return this.prepared<[number, number], ChangesetRow>(
      `${select} WHERE first_position > ? AND ${visible(access)} ORDER BY first_position LIMIT ?`,
    ).all(after, limit);
  }
}

/** @throws Refusal `not-found` */
@QueryHandler(FindChangeset)
export class FindChangesetHandler implements IQueryHandler<FindChangeset> {
  private readonly prepared;
  private readonly isOfPart;

  constructor(private readonly model: ReadModel) {
    this.prepared = statements(model.db);
    this.isOfPart = partFinder(model);
  }

  execute({ access, id }: FindChangeset): Promise<FoundChangeset> {
    const row = this.prepared<[string], ChangesetRow>(`${select} WHERE id = ? AND ${visible(access)}`).get(
      id,
    );
    if (!row || !(access.isWhole || this.isOfPart(access, row)))
      throw new Refusal('not-found', `there is no change set ${id}`);
    return Promise.resolve({ changeset: changesetView(row), position: this.model.position() });
  }
}

/** Events of a change set that are looked at together. */
const someEvents = 100;

/**
 * Whether those who see a part of the site may hear of all events of a change set, and so of its comment: each was about a page of
 * their part then, and that page is in it now.
 */
function partFinder(model: ReadModel): (access: Access, changeset: ChangesetRow) => boolean {
  const eventsAfter = model.db.prepare<[number, number], { position: number; page: number }>(
    `SELECT position, stream AS page FROM events WHERE position > ? AND position <= ? ORDER BY position LIMIT ${someEvents}`,
  );
  const pageThen = pagesThen(model.db);
  return (access, { first_position: first, last_position: last }) => {
    for (let after = first - 1; after < last;) {
      const some = eventsAfter.all(after, last);
      for (const { position, page } of some) {
        const then = pageThen(position)(page);
        if (!then || access.sightOf(then) !== 'all' || model.sightOf(then.id, access) !== 'all') return false;
      }
      after = some.at(-1)?.position ?? last;
    }
    return true;
  };
}

/** A change set is seen by whoever may hear of each of its events. */
function visible(access: Access): string {
  const hidden = families
    .filter((family) => !access.families.includes(family))
    .map((family) => `'${family}'`);
  if (hidden.length === 0) return '1';
  return `NOT EXISTS (SELECT 1 FROM families
          WHERE family IN (${hidden.join(', ')}) AND position BETWEEN first_position AND last_position)`;
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
