import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { roles } from '../events/event.js';

/** What answers look like, for the OpenAPI document alone; what makes them is named at each. */

const uuid = { format: 'uuid' } as const;
const orNull = { type: String, nullable: true } as const;
const version = { type: 'integer', minimum: 1 } as const;
const position = { type: 'integer', minimum: 0, description: 'A log position' } as const;
const time = { format: 'date-time' } as const;
const document = { type: 'object', additionalProperties: true, description: 'The document' } as const;

/** Any JSON value. */
export const anyJson = {
  oneOf: [
    { type: 'string', nullable: true },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'object', additionalProperties: true },
    { type: 'array', items: {} },
  ],
};

/** RFC 9457; made by `problemAnswer`. */
export class Problem {
  @ApiProperty({ example: 'urn:palimpsest:problem:not-found' })
  type!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599 })
  status!: number;

  @ApiProperty({ description: 'Stable, for programs', example: 'not-found' })
  code!: string;

  @ApiProperty({ description: 'For people: what was expected, what was found' })
  detail!: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    description: 'The command of a batch that was refused',
  })
  index?: number;
}

/** `Actor`. */
export class By {
  @ApiProperty({ enum: ['token', 'person', 'import', 'system'] })
  kind!: string;

  @ApiProperty()
  id!: string;

  @ApiProperty()
  name!: string;
}

/** What one version of a page says of itself, in the list and alone. */
class Authored {
  @ApiProperty(time)
  createdAt!: string;

  @ApiProperty()
  createdBy!: By;

  @ApiProperty(time)
  updatedAt!: string;

  @ApiProperty()
  updatedBy!: By;

  @ApiProperty(orNull)
  comment!: string | null;

  @ApiPropertyOptional({ ...version, description: 'The version that this one brought back' })
  restoredFrom?: number;
}

/** Made by `summaryOf`. */
export class PageSummary extends Authored {
  @ApiProperty(uuid)
  id!: string;

  @ApiProperty({ example: 'document' })
  type!: string;

  @ApiProperty({ ...orNull, description: 'Null outside the tree' })
  path!: string | null;

  @ApiProperty({
    ...orNull,
    ...uuid,
    description: 'The page above; null at the top level and outside the tree',
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
    isArray: true,
    enum: ['read', 'save', 'move', 'delete', 'publish', 'administer'],
    description: 'What the asker may do',
  })
  permissions!: string[];
}

/** Made by `envelopeAnswer`. */
export class Envelope extends PageSummary {
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

/** `VersionSummary` of `list-versions.ts`. */
export class VersionOfPage {
  @ApiProperty(version)
  version!: number;

  @ApiProperty(time)
  at!: string;

  @ApiProperty()
  by!: By;

  @ApiProperty(orNull)
  comment!: string | null;

  @ApiProperty(version)
  schemaVersion!: number;

  @ApiPropertyOptional(version)
  restoredFrom?: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'The size of the content as it was sent' })
  bytes!: number;
}

/** An operation of a JSON Patch (RFC 6902 §4). */
export class PatchOperation {
  @ApiProperty({ enum: ['add', 'remove', 'replace', 'move', 'copy', 'test'] })
  op!: string;

  @ApiProperty({ description: 'A JSON Pointer (RFC 6901)', example: '/title' })
  path!: string;

  @ApiPropertyOptional({ description: 'A JSON Pointer (RFC 6901)' })
  from?: string;

  @ApiPropertyOptional(anyJson)
  value?: unknown;
}

/** `TreeNode` of `find-tree.ts`. */
export class TreePage {
  @ApiProperty(uuid)
  id!: string;

  @ApiProperty(orNull)
  slug!: string | null;

  @ApiProperty(orNull)
  title!: string | null;

  @ApiProperty({ example: 'document' })
  type!: string;

  @ApiProperty({ enum: ['draft', 'published', 'changed', 'deleted'] })
  status!: string;

  @ApiProperty({ type: () => [TreePage] })
  children!: TreePage[];
}

export class Tree {
  @ApiProperty({ type: [TreePage] })
  items!: TreePage[];
}

/** Where a path leads now. */
export class MovedPath {
  @ApiProperty()
  path!: string;
}

/** `ChangesetView` of `list-changesets.ts`. */
export class Changeset {
  @ApiProperty(uuid)
  id!: string;

  @ApiProperty(position)
  firstPosition!: number;

  @ApiProperty(position)
  lastPosition!: number;

  @ApiProperty(time)
  at!: string;

  @ApiProperty()
  by!: By;

  @ApiProperty(orNull)
  comment!: string | null;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Where an imported one comes from',
  })
  source?: Record<string, string>;
}

/** Made by `feedEvent`. */
export class LogEvent {
  @ApiProperty(position)
  position!: number;

  @ApiProperty()
  id!: string;

  @ApiProperty()
  stream!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  streamVersion!: number;

  @ApiProperty({ example: 'PageSaved' })
  type!: string;

  @ApiProperty(time)
  at!: string;

  @ApiProperty()
  by!: By;

  @ApiProperty({ ...uuid, description: 'The change set that it belongs to' })
  changeset!: string;

  @ApiPropertyOptional({ ...version, description: 'Of the content in `data`, where there is some' })
  schemaVersion?: number;

  @ApiProperty({ description: 'Each event hashes the one before it' })
  hash!: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  data!: object;
}

/** Made by `TokensController.view`. */
export class Token {
  @ApiProperty(uuid)
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: roles })
  role!: string;

  @ApiProperty({ description: 'The part of the tree that it is for' })
  path!: string;

  @ApiProperty(time)
  createdAt!: string;

  @ApiPropertyOptional(time)
  expiresAt?: string;

  @ApiPropertyOptional({ ...time, description: 'Since this process started' })
  lastUsedAt?: string;
}

export class NewToken extends Token {
  @ApiPropertyOptional({ description: 'Shown this once: neither by a repetition nor by a dry run' })
  secret?: string;
}

/** What every list says besides its items. */
class List {
  @ApiProperty({ ...orNull, description: 'The `cursor` of what follows; null at the end' })
  next!: string | null;
}

export class PageList extends List {
  @ApiProperty({ type: [PageSummary] })
  items!: PageSummary[];
}

export class VersionList extends List {
  @ApiProperty({ type: [VersionOfPage] })
  items!: VersionOfPage[];
}

export class ChangesetList extends List {
  @ApiProperty({ type: [Changeset] })
  items!: Changeset[];
}

export class EventList extends List {
  @ApiProperty({ type: [LogEvent] })
  items!: LogEvent[];
}

export class TokenList extends List {
  @ApiProperty({ type: [Token] })
  items!: Token[];
}

class BatchAnswerItem {
  @ApiProperty({ type: 'integer', minimum: 200, maximum: 299 })
  status!: number;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  headers!: Record<string, string>;

  @ApiPropertyOptional()
  body?: Envelope;
}

/** Made by `BatchController`. */
export class BatchAnswer {
  @ApiProperty({ type: [BatchAnswerItem] })
  items!: BatchAnswerItem[];
}

export class Health {
  @ApiProperty({ enum: ['alive', 'ready', 'draining'] })
  status!: string;
}

class SchemaVersions {
  @ApiProperty(version)
  current!: number;

  @ApiProperty(version)
  minimum!: number;
}

/** `Registered` of `registry.ts`. */
class Projection {
  @ApiProperty()
  name!: string;

  @ApiProperty()
  fingerprint!: string;

  @ApiProperty(position)
  position!: number;
}

/** Made by `SystemController`. */
export class System {
  @ApiProperty({ description: 'Of the program' })
  version!: string;

  @ApiProperty({ enum: ['live', 'read-only', 'fenced'] })
  mode!: string;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'How often a program took charge of the log' })
  epoch!: number;

  @ApiProperty(position)
  position!: number;

  @ApiProperty({ description: 'Of the last event' })
  hash!: string;

  @ApiProperty()
  schema!: SchemaVersions;

  @ApiProperty({ type: [Projection] })
  projections!: Projection[];
}
