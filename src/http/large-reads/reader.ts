import { identitiesOf } from '../../log/file-watch.js';
import type { ReportBroken } from '../../projections/content.js';
import { DiffVersions, DiffVersionsHandler } from '../../queries/diff-versions.js';
import { FindAccess, FindAccessHandler } from '../../queries/find-access.js';
import { FindAsset, FindAssetHandler } from '../../queries/find-asset.js';
import { FindPage, FindPageHandler } from '../../queries/find-page.js';
import { FindPath, FindPathHandler } from '../../queries/find-path.js';
import { FindTree, FindTreeHandler } from '../../queries/find-tree.js';
import { ListChangesets, ListChangesetsHandler } from '../../queries/list-changesets.js';
import { ListEvents, ListEventsHandler } from '../../queries/list-events.js';
import { ListGrants, ListGrantsHandler } from '../../queries/list-grants.js';
import { ListPages, ListPagesHandler } from '../../queries/list-pages.js';
import { ListPeople, ListPeopleHandler } from '../../queries/list-people.js';
import { ListReferences, ListReferencesHandler } from '../../queries/list-references.js';
import { ListReferrers, ListReferrersHandler } from '../../queries/list-referrers.js';
import { ListVersions, ListVersionsHandler } from '../../queries/list-versions.js';
import { ReadModel } from '../../queries/read-model.js';
import { Refusal } from '../../refusal.js';
import type { Ladder } from '../../schema/ladder.js';
import { accessOf } from '../../access/access.js';
import { answerRead, type Queries, type Read } from '../routing/answer-read.js';
import { askedOf, type Question } from '../routing/read-route.js';
import { readRoutes } from '../routes.js';

/** A database, as it was when this process opened it. */
export interface OpenedFiles {
  readonly database: string;
  /** `identitiesOf` it. */
  readonly identities: readonly (string | undefined)[];
}

/** Answers questions on a connection of its own, one at a time. It remembers nothing, so nobody has to say what changed. */
export type Reader = (question: Question) => Promise<Read>;

/**
 * Opens the same database once more.
 * @throws Refusal `storage-damaged` where its names lead to something else by now: SQLite would put a file and a log together
 *   that don't belong together
 */
export function openReader(
  { database, identities }: OpenedFiles,
  ladder: Ladder,
  report: ReportBroken,
): Reader {
  if (identitiesOf(database).some((identity, index) => identity !== identities[index])) {
    throw new Refusal(
      'storage-damaged',
      `${database} or its log was removed or replaced while it was in use: stop the server and start it again`,
    );
  }
  const model = new ReadModel(database, ladder, report);
  const queries = queriesOf(model);
  return async (question) => {
    model.forget();
    model.beginTurn();
    try {
      const route = readRoutes.find(({ operationId }) => operationId === question.route);
      if (!route) throw new Error(`there is no route ${question.route}`);
      return await answerRead(route, askedOf(question, accessOf(question.rights), model), queries);
    } finally {
      model.endTurn();
    }
  };
}

type Handler = (query: never) => Promise<unknown>;

function queriesOf(model: ReadModel): Queries {
  const pages = new FindPageHandler(model);
  const list = new ListPagesHandler(model);
  const handlers: readonly (readonly [query: unknown, handler: { readonly execute: Handler }])[] = [
    [FindPage, pages],
    [DiffVersions, new DiffVersionsHandler(pages, model)],
    [FindAccess, new FindAccessHandler(model)],
    [FindAsset, new FindAssetHandler(model)],
    [FindPath, new FindPathHandler(model, pages)],
    [FindTree, new FindTreeHandler(model)],
    [ListChangesets, new ListChangesetsHandler(model)],
    [ListEvents, new ListEventsHandler(model)],
    [ListGrants, new ListGrantsHandler(model)],
    [ListPages, list],
    [ListPeople, new ListPeopleHandler(model)],
    [ListReferences, new ListReferencesHandler(pages, list, model)],
    [ListReferrers, new ListReferrersHandler(list, model)],
    [ListVersions, new ListVersionsHandler(model)],
  ];
  const byQuery = new Map(handlers);
  return {
    execute: async <Result>(query: object) => {
      const { constructor } = query;
      const handler = byQuery.get(constructor);
      if (!handler) throw new Error(`nobody answers ${constructor.name}`);
      return (await handler.execute(query as never)) as Result;
    },
  };
}
