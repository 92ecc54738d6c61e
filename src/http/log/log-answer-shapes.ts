import { ApiProperty, ApiPropertyOptional, getSchemaPath } from '../openapi/api-decorators.js';
import { By, List, orNull, position, time, uuid } from '../openapi/answer-shapes.js';

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

export class EventList extends List {
  @ApiProperty({ type: 'array', items: { $ref: getSchemaPath({ name: 'LogEvent' }) } })
  items!: object[];
}
