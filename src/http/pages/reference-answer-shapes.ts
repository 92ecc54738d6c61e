import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { List, orNull, uuid } from '../openapi/answer-shapes.js';
import { referenceKinds } from '../../schema/reference-shapes.js';

const status = { enum: ['draft', 'published', 'changed'] } as const;
const missing = {
  enum: [true],
  description: 'There is no such page, or none that you see; then there is nothing else of it',
} as const;

/** `FoundReference` of `list-references.ts`. */
export class ReferenceOfPage {
  @ApiProperty({
    description: 'Where in the content the id, or the text with the link, stands: a JSON Pointer (RFC 6901)',
    example: '/cover',
  })
  pointer!: string;

  @ApiProperty({ enum: referenceKinds, description: 'What the field is declared for' })
  kind!: string;

  @ApiPropertyOptional({
    description: 'A link in Markdown, as it stands there; others have none',
    example: '../images/gate.jpg',
  })
  link?: string;

  @ApiPropertyOptional({
    ...uuid,
    description: 'Not of a link that leads nowhere, or to what you do not see',
  })
  id?: string;

  @ApiPropertyOptional(missing)
  missing?: true;

  @ApiPropertyOptional({ ...orNull, description: 'Null: it hangs nowhere' })
  path?: string | null;

  @ApiPropertyOptional(orNull)
  title?: string | null;

  @ApiPropertyOptional({ example: 'document' })
  type?: string;

  @ApiPropertyOptional(status)
  status?: string;
}

export class ReferenceList extends List {
  @ApiProperty({ type: [ReferenceOfPage] })
  items!: ReferenceOfPage[];
}

/** `FoundReferrer` of `list-referrers.ts`. */
export class ReferrerOfPage {
  @ApiProperty(uuid)
  id!: string;

  @ApiProperty({ ...orNull, description: 'Null: it hangs nowhere' })
  path!: string | null;

  @ApiProperty(orNull)
  title!: string | null;

  @ApiProperty({ example: 'document' })
  type!: string;

  @ApiPropertyOptional({
    type: Boolean,
    description: 'Whether its newest version refers to it; not for readers',
  })
  inLatest?: boolean;

  @ApiProperty({ type: Boolean, description: 'Whether the version that is published does' })
  inPublished!: boolean;
}

export class ReferrerList extends List {
  @ApiProperty({ type: [ReferrerOfPage] })
  items!: ReferrerOfPage[];
}

/** A page that refers to what is to be deleted, of `ToldReferrers` of `told-referrers.ts`. */
export class TellingReferrer {
  @ApiProperty(uuid)
  page!: string;

  @ApiPropertyOptional({ description: 'Absent where it hangs nowhere' })
  path?: string;
}

/** `ToldReferrers` of `told-referrers.ts`. */
export class TellingReferrers {
  @ApiProperty({ type: [TellingReferrer], description: 'Those that you see, at most 20' })
  referrers!: TellingReferrer[];

  @ApiProperty({ type: 'integer', minimum: 0, description: 'How many you see' })
  count!: number;

  @ApiPropertyOptional({ enum: [true], description: 'There are others, which you do not see' })
  unseen?: true;
}
