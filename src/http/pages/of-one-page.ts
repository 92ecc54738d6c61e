import type { Access } from '../../access/access.js';
import type { ExpectedVersion } from '../../commands/decision.js';
import type { Result } from '../../commands/result.js';
import { ofContent, pageId } from '../openapi/describe.js';
import { required } from '../edge/headers.js';
import { relativeLocation } from '../edge/relative-location.js';
import { contentTag, writtenAnswer } from './page-answer.js';
import { Envelope } from './page-answer-shapes.js';
import type { Answer } from '../edge/problem.js';
import type { Sent } from '../edge/sent.js';

/** Codes of what a document can be refused for. */
export const ofDocuments = ['content-invalid', 'duplicate-block-id'] as const;

/** Codes of what a place can be refused for. */
export const ofPlaces = [
  'path-taken',
  'parent-not-found',
  'parent-deleted',
  'sibling-not-found',
  'not-placed',
  'nothing-beneath-home',
  'path-too-long',
  'too-deep',
] as const;

/** What is said alike of writes of one page that is there. */
export const ofOnePage = {
  params: [pageId],
  takes: ['Schema-Version'],
  answer: Envelope,
  tells: ofContent,
  refusals: ['not-found', 'page-deleted'],
  answerOne: envelopeWritten,
} as const;

/** @throws Refusal `precondition-required` */
export function expectedOf({ head }: Sent): NonNullable<ExpectedVersion> {
  return required(head.expected, 'If-Match');
}

/** The envelope as it is after the write; nothing where the page is gone. */
export function envelopeWritten(result: Result, access: Access): Answer {
  if (result.kind !== 'page') return { status: 204, headers: {}, body: '' };
  const answer = writtenAnswer(result, access);
  if (!result.created) return answer;
  const location = relativeLocation('/pages', `/pages/${result.page.view.id}`);
  return { ...answer, headers: { ...answer.headers, location } };
}

/** The same for writes to `…/content`: the tag is that of the document. */
export function contentWritten(result: Result, access: Access): Answer {
  const answer = envelopeWritten(result, access);
  if (result.kind !== 'page') return answer;
  return { ...answer, headers: { ...answer.headers, etag: contentTag(result.page) } };
}
