import { ApiProperty, ApiPropertyOptional, getSchemaPath } from './api-decorators.js';
import { By, time, version } from './answer-shapes.js';

/** Made by `requireVersion`. */
export class CurrentVersion {
  @ApiProperty(version)
  contentVersion!: number;

  @ApiProperty()
  by!: By;

  @ApiProperty(time)
  at!: string;
}

/** What is wrong with content, as `Ladder.faults` finds it. */
export class Fault {
  @ApiProperty({
    description: 'To the field itself, in the content; to where it should be, if it is missing',
    example: '/title',
  })
  pointer!: string;

  @ApiProperty({
    description: 'Of JSON Schema, or `pageType`, `levels`, `standIn`',
    example: 'required',
  })
  keyword!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What the keyword asks for, for programs',
    example: { missingProperty: 'title' },
  })
  params!: object;

  @ApiProperty({ description: 'For people', example: "must have required property 'title'" })
  message!: string;

  @ApiPropertyOptional({
    type: [String],
    description: 'The same place in the document that was sent, where the fault is at another schema version',
  })
  inYours?: string[];
}

/** RFC 9457; made by `problemAnswer`. The members after `detail` come with some codes alone. */
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

  @ApiPropertyOptional({ type: 'integer', description: 'The schema version that was asked for' })
  requested?: number;

  @ApiPropertyOptional({ ...version, description: 'The lowest schema version that is served' })
  minimum?: number;

  @ApiPropertyOptional({
    oneOf: [version, { $ref: getSchemaPath(CurrentVersion) }],
    description:
      'The newest schema version; or, where `If-Match` was stale, the content version that there is',
  })
  current?: number | CurrentVersion;

  @ApiPropertyOptional({ enum: ['reload'], description: 'What helps a client that is too old' })
  action?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'The content version of `If-Match`' })
  expected?: number;

  @ApiPropertyOptional({
    type: [String],
    description:
      'JSON pointers to what changed since the expected version: at most 100, and none where the two versions are large',
  })
  changed?: string[];

  @ApiPropertyOptional({
    type: 'array',
    items: { oneOf: [{ type: 'string' }, { $ref: getSchemaPath(Fault) }] },
    description: 'All that is wrong: with a body or query, in words; with content, by pointer',
  })
  errors?: (string | Fault)[];

  @ApiPropertyOptional({
    description:
      'Whether content has more faults, or more has changed, than is told: `GET /pages/{id}/diff` tells all',
  })
  more?: boolean;

  @ApiPropertyOptional({ ...version, description: 'The schema version that the content does not fit' })
  schemaVersion?: number;

  @ApiPropertyOptional({ description: 'The request header that is missing or wrong', example: 'If-Match' })
  header?: string;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'The bound that was passed (`too-large`, `too-much-work`)',
  })
  limitBytes?: number;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'How many values, blocks or steps there can be (`too-much-work`)',
  })
  limit?: number;

  @ApiPropertyOptional({ description: 'How far the upgrade is', enum: ['read-only', 'hand-over'] })
  phase?: string;
}
