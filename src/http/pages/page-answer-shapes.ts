import { ApiProperty, ApiPropertyOptional, getSchemaPath } from '../openapi/api-decorators.js';
import { roles } from '../../events/role.js';
import { By, Grantee, List, document, orNull, time, uuid, version } from '../openapi/answer-shapes.js';
import { TellingReferrers } from './reference-answer-shapes.js';

const notForReaders = 'Not for the role `render`';

/** What one version of a page says of itself, in the list and alone. */
class Authored {
  @ApiProperty(time)
  createdAt!: string;

  @ApiPropertyOptional({ description: notForReaders })
  createdBy?: By;

  @ApiProperty(time)
  updatedAt!: string;

  @ApiPropertyOptional({ description: notForReaders })
  updatedBy?: By;

  @ApiPropertyOptional({ ...orNull, description: notForReaders })
  comment?: string | null;

  @ApiPropertyOptional({ ...version, description: 'The version that this one brought back' })
  restoredFrom?: number;
}

/** Made by `summaryOf`. */
class PageSummary extends Authored {
  @ApiProperty(uuid)
  id!: string;

  @ApiProperty({ example: 'document' })
  type!: string;

  @ApiProperty({
    ...orNull,
    description: 'Null outside the tree and, for the role `render`, beneath what is not published',
  })
  path!: string | null;

  @ApiProperty({
    ...orNull,
    ...uuid,
    description: 'The page above; null at the top level, and where `path` is',
  })
  parent!: string | null;

  @ApiProperty({ ...orNull, description: 'The last segment of the path' })
  slug!: string | null;

  @ApiPropertyOptional({ description: 'Of the content, where it has one' })
  title?: string;

  @ApiProperty({ enum: ['draft', 'published', 'changed', 'deleted'] })
  status!: string;

  @ApiProperty(version)
  contentVersion!: number;

  @ApiProperty({ ...version, description: 'The schema version that the content was saved in' })
  storedSchemaVersion!: number;

  @ApiProperty({ ...version, nullable: true })
  publishedVersion!: number | null;

  @ApiProperty({
    ...time,
    ...orNull,
    description: 'When that version was published; null where there is none',
  })
  publishedAt!: string | null;

  @ApiPropertyOptional({ description: `Absent where none is. ${notForReaders}` })
  publishedBy?: By;

  @ApiProperty({
    ...time,
    ...orNull,
    description: 'When any version was published first, also where none is any longer',
  })
  firstPublishedAt!: string | null;

  @ApiPropertyOptional({
    isArray: true,
    enum: ['read', 'save', 'move', 'delete', 'publish', 'administer', 'undelete'],
    description: `What the asker may do, and the page as it is lets them do. ${notForReaders}`,
  })
  permissions?: string[];

  @ApiPropertyOptional({
    description: `Whether it is for viewers alone, by itself or because of a page above it. ${notForReaders}`,
  })
  protected?: boolean;
}

class ListedPage extends PageSummary {
  @ApiPropertyOptional({
    ...document,
    description:
      'With `?fields=`: those of the document, at the schema version of the answer. Absent where it was erased',
  })
  content?: object;
}

export class PageList extends List {
  @ApiProperty({ type: [ListedPage] })
  items!: ListedPage[];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    description: 'With `?count=true`: how many there are in all answers together',
  })
  count?: number;
}

/** Made by `warning` of `page-answer.ts`. */
class Warning {
  @ApiProperty({ enum: ['complement-overwritten'] })
  code!: string;

  @ApiProperty({
    ...version,
    description: 'Where something was replaced that this client could not see in full',
  })
  schemaVersion!: number;

  @ApiProperty({ description: 'A JSON pointer into the content at that schema version' })
  pointer!: string;

  @ApiProperty()
  message!: string;
}

/** `Ancestor` of `page-view.ts`. */
class AncestorPage {
  @ApiProperty(uuid)
  id!: string;

  @ApiProperty(orNull)
  path!: string | null;

  @ApiProperty(orNull)
  title!: string | null;
}

/** OpenAPI 3.0 wants null among the values, too. */
const rolesOrNone = [...roles, null];

class ChangedAccess {
  @ApiProperty({ type: Grantee, description: 'For those who do not administer it there, its kind alone' })
  principal!: Grantee;

  @ApiProperty({ type: String, nullable: true, enum: rolesOrNone, description: 'Before; null: nothing' })
  from!: string | null;

  @ApiProperty({ type: String, nullable: true, enum: rolesOrNone, description: 'After; null: nothing' })
  to!: string | null;
}

class AccessChange {
  @ApiProperty({ type: [ChangedAccess] })
  gains!: ChangedAccess[];

  @ApiProperty({ type: [ChangedAccess] })
  loses!: ChangedAccess[];

  @ApiProperty({ description: 'Whether the page is for viewers alone from then on' })
  protected!: boolean;
}

/** Made by `envelopeAnswer` and `writtenAnswer`. */
export class Envelope extends PageSummary {
  @ApiPropertyOptional({
    type: [AncestorPage],
    description: 'With `?with=ancestors`: the pages above, from the top down',
  })
  ancestors?: AncestorPage[];

  @ApiPropertyOptional({
    type: AccessChange,
    description:
      'Of a move, or its dry run: who may do more with the page than before, and who less; absent where nobody',
  })
  access?: AccessChange;

  @ApiPropertyOptional({ type: [Warning], description: 'What a save should tell its author' })
  warnings?: Warning[];

  @ApiProperty({ ...version, description: 'The schema version of the content as sent here' })
  schemaVersion!: number;

  @ApiProperty(document)
  content!: object;
}

/** Made by `versionAnswer`. */
export class PageVersion extends Authored {
  @ApiProperty(uuid)
  id!: string;

  @ApiProperty({ example: 'document' })
  type!: string;

  @ApiPropertyOptional({ description: 'Of the content, where it has one' })
  title?: string;

  @ApiProperty(version)
  contentVersion!: number;

  @ApiProperty({ ...version, description: 'The schema version of the content as sent here' })
  schemaVersion!: number;

  @ApiProperty({ ...version, description: 'The schema version that the content was saved in' })
  storedSchemaVersion!: number;

  @ApiProperty(document)
  content!: object;
}

/** Made by `writtenAnswer`. */
export class BatchEnvelope extends PageSummary {
  @ApiPropertyOptional({ type: [Warning], description: 'What a save should tell its author' })
  warnings?: Warning[];

  @ApiPropertyOptional({
    type: AccessChange,
    description:
      'Of a move, or its dry run: who may do more with the page than before, and who less; absent where nobody',
  })
  access?: AccessChange;

  @ApiProperty({
    ...version,
    description: 'The schema version of the content as shown here, or as it would be',
  })
  schemaVersion!: number;

  @ApiPropertyOptional({ ...document, description: 'With `?with=content`' })
  content?: object;
}

class BatchAnswerItem {
  @ApiProperty({ type: 'integer', minimum: 200, maximum: 299 })
  status!: number;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  headers!: Record<string, string>;

  @ApiPropertyOptional({
    description:
      'The page or the asset as it is then; of a deletion that pages would be in the way of, in a dry run, those',
    anyOf: [...[BatchEnvelope, TellingReferrers], { name: 'Asset' }].map((shape) => ({
      $ref: getSchemaPath(shape),
    })),
  })
  body?: object;
}

/** Made by `batch.ts`. */
export class BatchAnswer {
  @ApiProperty({ type: [BatchAnswerItem] })
  items!: BatchAnswerItem[];
}
