import type { Role } from '../events/event.js';
import { pageOf, readCursor, type Items, type Part } from '../queries/cursor.js';
import { DiffVersions, type Diff } from '../queries/diff-versions.js';
import { FindPage } from '../queries/find-page.js';
import { FindPath, type AtPath } from '../queries/find-path.js';
import { FindTree, type TreePiece } from '../queries/find-tree.js';
import { ListChangesets, type ChangesetView } from '../queries/list-changesets.js';
import { ListEvents, type FeedEvent } from '../queries/list-events.js';
import { ListPages, type PageFilter } from '../queries/list-pages.js';
import { ListVersions, type VersionSummary } from '../queries/list-versions.js';
import type { PageView, ShownPage } from '../queries/page-view.js';
import type { Moment, ReadModel } from '../queries/read-model.js';
import { contentAnswer, envelopeAnswer, summaryOf, vary, versionAnswer } from './page-answer.js';
import type { Answer } from './problem.js';
import { jsonAnswer } from './send.js';

/** A position that has happened. */
type Then = { readonly position: number } | undefined;

interface AtVersion {
  readonly role: Role;
  readonly schemaVersion: number;
}

/** Which page, and how it is seen. */
export interface OfPage extends AtVersion {
  readonly id: string;
  readonly which: FindPage['which'];
}

/** What a read asks for, as plain data that crosses threads. */
export type Question =
  | (OfPage & { readonly kind: 'envelope' | 'content' })
  | (OfPage & { readonly kind: 'version'; readonly namesSchemaVersion: boolean })
  | (AtVersion & {
      readonly kind: 'diff';
      readonly id: string;
      readonly from: number;
      readonly to: number | undefined;
      readonly then: Then;
    })
  | (AtVersion & {
      readonly kind: 'path';
      readonly path: string;
      readonly asOf: Moment | undefined;
      /** What stands behind the question mark. */
      readonly search: string | undefined;
    })
  | {
      readonly kind: 'pages';
      readonly role: Role;
      readonly filter: PageFilter;
      readonly part: Part;
      readonly then: Then;
    }
  | {
      readonly kind: 'versions';
      readonly role: Role;
      readonly id: string;
      readonly part: Part;
      readonly then: Then;
    }
  | { readonly kind: 'changesets'; readonly role: Role; readonly after: number; readonly part: Part }
  | {
      readonly kind: 'tree';
      readonly role: Role;
      readonly part: Part;
      readonly root: string | undefined;
      readonly depth: number | undefined;
      readonly then: Then;
    }
  | (AtVersion & {
      readonly kind: 'events';
      readonly after: number;
      readonly part: Part;
      readonly filter: ListEvents['filter'];
    });

/** An answer, and the log position that it reflects. */
export interface Read {
  readonly answer: Answer;
  readonly position: number;
}

/** Whoever answers queries: Nest's bus, or its handlers alone. */
export interface Queries {
  execute<Result>(query: object): Promise<Result>;
}

/**
 * Answers a question: the same bytes in whatever thread.
 * @throws Refusal; TooDear where the model bears less than the question asks for
 */
export async function answerTo(question: Question, queries: Queries, model: ReadModel): Promise<Read> {
  const { role } = question;
  switch (question.kind) {
    case 'envelope':
    case 'content':
    case 'version': {
      const { id, schemaVersion, which } = question;
      const page = await queries.execute<ShownPage>(new FindPage(id, role, schemaVersion, which));
      return { answer: pageAnswer(question, page), position: page.position };
    }
    case 'diff': {
      const { id, from, to, schemaVersion, then } = question;
      const position = then?.position ?? model.position();
      const diff = new DiffVersions(id, role, from, to, schemaVersion, then);
      const { headers, ...answer } = jsonAnswer(await queries.execute<Diff>(diff));
      const type = { 'content-type': 'application/json-patch+json' };
      return {
        answer: { ...answer, headers: { ...headers, ...type, ...ofContent(schemaVersion) } },
        position,
      };
    }
    case 'path':
      return pathRead(
        question,
        await queries.execute<AtPath>(
          new FindPath(question.path, role, question.schemaVersion, question.asOf),
        ),
      );
    case 'pages': {
      const { filter, part, then } = question;
      const { type, status, deleted } = filter;
      const pages = model.mostPages();
      const isSought = [type, filter.parent, status, deleted, then].some((chosen) => chosen !== undefined);
      model.requireFew(Math.min(part.limit, pages), isSought || role === 'render' ? pages : 0);
      const position = then?.position ?? model.position();
      const query = new ListPages(role, { ...filter, ...(then && { asOf: then }) }, part);
      const { items, next } = await queries.execute<Items<PageView>>(query);
      return { answer: jsonAnswer({ items: items.map((page) => summaryOf(page, role)), next }), position };
    }
    case 'versions': {
      const { id, part, then } = question;
      model.requireFew(part.limit);
      const position = then?.position ?? model.position();
      const query = new ListVersions(id, role, part, then);
      return {
        answer: jsonAnswer(await queries.execute<Items<VersionSummary>>(query)),
        position,
      };
    }
    case 'changesets': {
      const { after, part } = question;
      model.requireFew(part.limit);
      const position = model.position();
      const query = new ListChangesets(role, after, part);
      return {
        answer: jsonAnswer(await queries.execute<Items<ChangesetView>>(query)),
        position,
      };
    }
    case 'tree': {
      const { part, root, depth, then } = question;
      const pages = model.mostPages();
      model.requireFew(Math.min(part.limit, pages), pages);
      const position = then?.position ?? model.position();
      const query = new FindTree(role, part, root, depth, then);
      return { answer: jsonAnswer({ ...(await queries.execute<TreePiece>(query)) }), position };
    }
    case 'events':
      return eventsRead(question, queries, model);
  }
}

type PageQuestion = Extract<Question, OfPage>;

function pageAnswer(question: PageQuestion, page: ShownPage): Answer {
  switch (question.kind) {
    case 'envelope':
      return envelopeAnswer(page, question.role);
    case 'content':
      return contentAnswer(page, question.role);
    case 'version':
      return versionAnswer(page, question.role, question.namesSchemaVersion);
  }
}

function pathRead({ role, search }: Extract<Question, { kind: 'path' }>, found: AtPath): Read {
  if (found.kind === 'page')
    return { answer: envelopeAnswer(found.page, role), position: found.page.position };
  const location = `/paths${encodePath(found.to)}${search === undefined ? '' : `?${search}`}`;
  const answer = jsonAnswer({ path: found.to }, 308);
  return { answer: { ...answer, headers: { ...answer.headers, location } }, position: found.position };
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Events among which some are looked for without a thread of their own, at most. */
const mostSought = 1_000;

async function eventsRead(
  { role, schemaVersion, after, part, filter }: Extract<Question, { kind: 'events' }>,
  queries: Queries,
  model: ReadModel,
): Promise<Read> {
  const position = model.position();
  const from = Math.max(after, readCursor(part) ?? 0);
  const isSought = Object.keys(filter).length > 0;
  model.requireFew(Math.min(part.limit, position - from), isSought ? position - from : 0);
  model.requireShort(model.bytesOfEvents(from, isSought ? mostSought : part.limit));
  const read = (start: number, limit: number): Promise<readonly FeedEvent[]> =>
    queries.execute<readonly FeedEvent[]>(new ListEvents(role, start, limit, schemaVersion, filter));
  const events = await read(from, part.limit);
  const last = events.at(-1);
  const more = last ? await read(last.position, 1) : []; // large documents make a page shorter than was asked for
  const { items, next } = pageOf(
    { ...part, limit: events.length },
    [...events, ...more],
    (event) => event.position,
    (event) => event.json,
  );
  const { headers } = jsonAnswer(null);
  const body = `{"items":[${items.join(',')}],"next":${JSON.stringify(next)}}`;
  return { answer: { status: 200, headers: { ...headers, ...ofContent(schemaVersion) }, body }, position };
}

/** Headers of what is made of content. */
function ofContent(schemaVersion: number): Readonly<Record<string, string>> {
  return { 'schema-version': String(schemaVersion), vary };
}
