import { withoutVisitor } from '../../access/access.js';
import { getSchemaPath } from '../openapi/api-decorators.js';
import { listName } from '../../queries/cursor.js';
import { ListEvents, type FeedFilter } from '../../queries/list-events.js';
import { pathOf } from '../grants/anchor-path.js';
import { Refusal } from '../../refusal.js';
import { prefers } from '../edge/accepts.js';
import { header, type Headers } from '../edge/headers.js';
import { AppearanceList, EventList, PageAppearance } from './log-answer-shapes.js';
import { vary } from '../pages/page-answer.js';
import { readRoute, type Asked } from '../routing/read-route.js';
import { defaultLimit } from '../edge/read-query.js';
import { EventsQuery } from './log-queries.js';
import { jsonAnswer, tagged } from '../edge/send.js';
import { readQuery } from '../edge/shape.js';

/** The log as a feed: once, or kept open. */
export const listEvents = readRoute({
  operationId: 'listEvents',
  summary: 'The log as a feed, once or kept open',
  description:
    'With `Accept: text/event-stream` it goes on, without `limit` and `cursor`; `id` is the position, `event` the type, `data` an event. ' +
    'The role `render` is told instead which pages became visible, changed or vanished for it, and their paths; of what happens to a page, ' +
    'the pages beneath it are told, too. `kind` is then the type. Who sees a part of the site is told what happens in it, ' +
    'and, as `entered` and `left`, which pages come to that part, with what they are then, or leave it. With `path` everybody is told so of the page that is there now, ' +
    'and of all beneath it.',
  path: '/events',
  permission: 'read',
  weight: 10,
  query: EventsQuery,
  models: [EventList, AppearanceList, PageAppearance],
  takes: ['Schema-Version', 'Last-Event-ID'],
  tells: ['Schema-Version'],
  content: {
    'application/json': {
      schema: { anyOf: [{ $ref: getSchemaPath(EventList) }, { $ref: getSchemaPath(AppearanceList) }] },
    },
    'text/event-stream': { schema: { type: 'string' } },
  },
  shows: 'list',
  refusals: ['not-acceptable'],
  ask: (asked) => {
    const { after = 0, limit = defaultLimit, cursor } = readQuery(EventsQuery, asked.query);
    const path = partOf(asked);
    const filter = { ...filterOf(asked), ...(path !== null && { path }) };
    const part = { list: listName('events', { ...filter }), limit, cursor };
    return new ListEvents(withoutVisitor(asked.access), asked.schemaVersion(), after, filter, part);
  },
  show: ({ items, next, schemaVersion }) => {
    const { headers } = jsonAnswer(null);
    return tagged({
      status: 200,
      headers: { ...headers, 'schema-version': String(schemaVersion), vary },
      body: `{"items":[${items.join(',')}],"next":${JSON.stringify(next)}}`,
    });
  },
  follow: (asked) => {
    if (!prefers('text/event-stream', header(asked.headers, 'accept'))) return undefined;
    const { after = 0, limit, cursor } = readQuery(EventsQuery, asked.query);
    if (limit !== undefined || cursor !== undefined) {
      const message =
        'limit and cursor are of lists: a stream begins with what comes after `after`, and goes on';
      throw new Refusal('malformed-request', message);
    }
    const shown = {
      access: withoutVisitor(asked.access),
      schemaVersion: asked.schemaVersion(),
      ...filterOf(asked),
    };
    return { after, seen: lastEventId(asked.headers), path: partOf(asked) ?? undefined, shown };
  },
});

function filterOf({ query }: Asked): FeedFilter {
  const { type, page } = readQuery(EventsQuery, query);
  return { ...(type !== undefined && { type }), ...(page !== undefined && { stream: page }) };
}

/** Null: the whole site. */
function partOf({ query }: Asked): string | null {
  return pathOf(readQuery(EventsQuery, query).path);
}

/** Where a client that was cut off wants to go on (html.spec.whatwg.org, "server-sent events"). */
function lastEventId(headers: Headers): number | undefined {
  const id = header(headers, 'last-event-id');
  if (id === undefined || id === '') return undefined;
  if (!/^\d{1,15}$/.test(id)) {
    throw new Refusal('malformed-request', 'Last-Event-ID has to be a log position', {
      header: 'Last-Event-ID',
    });
  }
  return Number(id);
}
