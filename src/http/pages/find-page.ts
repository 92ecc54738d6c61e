import { FindPage } from '../../queries/find-page.js';
import { pageId } from '../openapi/describe.js';
import { contentAnswer, envelopeAnswer } from './page-answer.js';
import { Envelope } from './page-answer-shapes.js';
import { readRoute, type Asked } from '../routing/read-route.js';
import { idOf } from '../edge/sent.js';
import { momentOf } from '../edge/read-query.js';
import { EnvelopeQuery, PageQuery } from './page-queries.js';
import { readQuery } from '../edge/shape.js';

export const findPage = readRoute({
  operationId: 'findPage',
  summary: 'A page',
  description:
    'With the envelope; readers see the version that is published, all others the latest, or the one that is asked for.',
  path: '/pages/:id',
  permission: 'read',
  params: [pageId],
  query: EnvelopeQuery,
  answer: Envelope,
  shows: 'content',
  refusals: ['not-found', 'version-not-found', 'purged'],
  ask: (asked) => whichPage(asked, EnvelopeQuery),
  first: thatPage,
  show: (page, { access }) => envelopeAnswer(page, access),
});

export const findContent = readRoute({
  operationId: 'findContent',
  summary: 'The document alone',
  description:
    'At the schema version it was saved in, the very bytes that were sent; at others what the rungs make of it.',
  path: '/pages/:id/content',
  permission: 'read',
  params: [pageId],
  query: PageQuery,
  content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
  shows: 'content',
  refusals: ['not-found', 'version-not-found', 'purged'],
  ask: (asked) => whichPage(asked, PageQuery),
  first: thatPage,
  show: (page, { access }) => contentAnswer(page, access),
});

function whichPage(asked: Asked, shape: new () => EnvelopeQuery): FindPage {
  const schemaVersion = asked.schemaVersion();
  const which = plainQuestion(asked.query) ?? whichVersion(readQuery(shape, asked.query));
  return new FindPage(idOf(asked), asked.access, schemaVersion, which);
}

/** Whether there is such a page for whoever asks: they are told that before what is wrong with their question. */
export function thatPage(asked: Asked): FindPage {
  return new FindPage(idOf(asked), asked.access, asked.currentSchemaVersion);
}

function whichVersion({ version, asOf, with: more }: EnvelopeQuery): FindPage['which'] {
  return {
    ...(version !== undefined && { version }),
    ...momentOf(asOf),
    ...(more && { withAncestors: true }),
  };
}

/** Nothing, or `?version=7` and nothing else: to read it by its class would cost as much as finding the page. */
function plainQuestion(query: unknown): { readonly version?: number } | undefined {
  const [name, ...others] = Object.keys(query as object);
  if (name === undefined) return {};
  const { version } = query as { readonly version?: unknown };
  if (
    name !== 'version' ||
    others.length > 0 ||
    typeof version !== 'string' ||
    !/^[1-9]\d{0,8}$/.test(version)
  )
    return undefined;
  return { version: Number(version) };
}
