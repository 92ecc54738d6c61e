import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { IsString, IsUUID, Matches, MaxLength, MinLength } from '../edge/validators.js';
import type { WantedPlace } from '../../commands/pages/placing.js';
import { Refusal } from '../../refusal.js';
import { pageTypeLimit, wellFormed } from '../../events/limits.js';
import { IfPresent, wellFormedMessage } from '../edge/commented-body.js';
import { ofContent } from '../openapi/describe.js';
import { jsonBody } from '../openapi/described-bodies.js';
import { required } from '../edge/headers.js';
import { Envelope } from './page-answer-shapes.js';
import { envelopeOf } from '../edge/sent.js';
import { LowerCase, readShape } from '../edge/shape.js';
import { timeOrderedId } from '../edge/time-ordered-id.js';
import { pageWrite } from '../routing/write-route.js';
import { envelopeWritten, ofDocuments, ofPlaces } from './of-one-page.js';
import { Placed, requireOneSibling } from './placed-body.js';

class CreatePageBody extends Placed {
  @ApiPropertyOptional({ format: 'uuid', description: 'Made up by the server when absent' })
  @IfPresent()
  @LowerCase()
  @IsUUID()
  id?: string;

  @ApiProperty({ example: 'document' })
  @IsString()
  @MinLength(1)
  @MaxLength(pageTypeLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  type!: string;
}

/** With the content, which is read apart from its envelope: it keeps its value, and no class touches it. */
class NewPageBody extends CreatePageBody {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'The document' })
  content!: object;
}

export const createPage = pageWrite({
  operationId: 'createPage',
  summary: 'Create a page',
  description:
    'With `slug`, and `parent` unless it is at the top level, the page has a place in the tree; without them it is a chunk of content by itself. The answer is content version 1.',
  method: 'POST',
  path: '/pages',
  command: 'create-page',
  status: 201,
  body: jsonBody(NewPageBody, {
    inTheTree: { type: 'document', slug: 'hello', content: { title: 'Hello', body: 'First words.' } },
    independent: { type: 'document', content: { title: 'A chunk of content' }, comment: 'Outside the tree' },
  }),
  models: [NewPageBody],
  needs: ['Schema-Version'],
  answer: Envelope,
  tells: ['Location', ...ofContent],
  refusals: [...ofDocuments, ...ofPlaces, 'id-taken'],
  readOne: (sent) => {
    const { members, document } = envelopeOf(sent);
    const { id, type, comment, ...placed } = readShape(CreatePageBody, members, 'body');
    if (!document) throw new Refusal('malformed-request', 'content is missing');
    const place = wantedPlace(placed);
    const schemaVersion = required(sent.head.schemaVersion, 'Schema-Version');
    const page = id ?? timeOrderedId(Date.now());
    return { command: { kind: 'create-page', page, type, schemaVersion, document, place }, comment };
  },
  answerOne: envelopeWritten,
});

function wantedPlace(placed: Omit<Placed, 'comment'>): WantedPlace | null {
  const { parent = null, slug, before, after } = placed;
  requireOneSibling(placed);
  if (slug === undefined) {
    if (parent === null && before === undefined && after === undefined) return null;
    throw new Refusal('malformed-request', 'slug is missing: a page in the tree needs one');
  }
  return { parent, slug, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}
