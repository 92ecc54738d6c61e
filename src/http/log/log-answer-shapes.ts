import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { By, List, orNull, position, time, uuid, version } from '../openapi/answer-shapes.js';

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

export class ChangesetList extends List {
  @ApiProperty({ type: [Changeset] })
  items!: Changeset[];
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

  @ApiPropertyOptional({
    ...version,
    description: 'Of the content in `data` as sent here, where there is some',
  })
  schemaVersion?: number;

  @ApiPropertyOptional({ ...version, description: 'The schema version that the content was saved in' })
  storedSchemaVersion?: number;

  @ApiProperty({ description: 'Each event hashes the one before it' })
  hash!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'By type; of a token without the digest of its secret, which the log keeps to itself',
  })
  data!: object;
}

export class EventList extends List {
  @ApiProperty({ type: [LogEvent] })
  items!: LogEvent[];
}
