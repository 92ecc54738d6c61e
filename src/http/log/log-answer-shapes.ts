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

/** `Appearance` of `readers-feed.ts`. */
export class PageAppearance {
  @ApiProperty(position)
  position!: number;

  @ApiProperty({
    enum: ['visible', 'changed', 'vanished'],
    description:
      '`changed`: another version is shown, or the page has another path, or another place among its siblings',
  })
  kind!: string;

  @ApiProperty(uuid)
  page!: string;

  @ApiProperty({
    ...orNull,
    description:
      'Where it is from there on, or was when it vanished; null outside the tree, and beneath what is not published',
  })
  path!: string | null;

  @ApiPropertyOptional({ description: 'Where it was before, if that is another path' })
  formerPath?: string;
}

/** Of those who see a part of the site as readers do, there are appearances among them. */
export class EventList extends List {
  @ApiProperty({
    type: 'array',
    items: {
      anyOf: [{ $ref: getSchemaPath({ name: 'LogEvent' }) }, { $ref: getSchemaPath(PageAppearance) }],
    },
  })
  items!: object[];
}

/** What the role `render` is told in place of events. */
export class AppearanceList extends List {
  @ApiProperty({ type: [PageAppearance] })
  items!: PageAppearance[];
}
