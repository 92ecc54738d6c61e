import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  Min,
  MinLength,
  ValidateIf,
} from '../edge/validators.js';
import { LowerCase, TrueOrFalse, WholeNumber } from '../edge/shape.js';
import type { PageStatus } from '../../events/page.js';
import { sortKeys, type Sort } from '../../queries/page-choice.js';
import { Refusal } from '../../refusal.js';
import { AsOfListQuery, AsOfQuery } from '../edge/read-query.js';
import { parseTime } from '../edge/time.js';

export const sorts = sortKeys.flatMap((key) => [key, `-${key}`] as const);

const statuses = ['draft', 'published', 'changed', 'deleted'] as const satisfies readonly PageStatus[];

export class PageQuery extends AsOfQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'A content version' })
  @IsOptional()
  @WholeNumber()
  @IsInt()
  @Min(1)
  version?: number;
}

export const withAncestors = {
  enum: ['ancestors'],
  description: 'Also the ids, paths and titles of the pages above, from the top down',
};

export class EnvelopeQuery extends PageQuery {
  @ApiPropertyOptional(withAncestors)
  @IsOptional()
  @IsIn(['ancestors'])
  with?: 'ancestors';
}

/** What lists of pages, and of assets, are asked for by. */
export class PlacedQuery extends AsOfListQuery {
  @ApiPropertyOptional({ type: String, description: 'The id of the page above, or `null` for the top level' })
  @Transform(({ value }: { value: unknown }) => (value === 'null' ? null : value))
  @ValidateIf((_query, value) => value !== undefined && value !== null)
  @LowerCase()
  @IsUUID()
  parent?: string | null;

  @ApiPropertyOptional({ type: Boolean, description: 'Those deleted, instead of those that are there' })
  @IsOptional()
  @TrueOrFalse()
  @IsBoolean()
  deleted?: boolean;

  @ApiPropertyOptional({
    enum: sorts,
    description:
      'In the order of their creation in this log, when absent. `order`: that of siblings, with those of one parent together; `title`: by its first 80 characters, `A` like `a`; `updated` and `published`: by `updatedAt` and `publishedAt`. With `-` from the last to the first',
  })
  @IsOptional()
  @IsIn(sorts)
  sort?: (typeof sorts)[number];

  @ApiPropertyOptional({ type: Boolean, description: 'Whether to say how many there are, too' })
  @IsOptional()
  @TrueOrFalse()
  @IsBoolean()
  count?: boolean;
}

export class PagesQuery extends PlacedQuery {
  @ApiPropertyOptional({ example: 'document' })
  @IsOptional()
  @IsString()
  type?: string;

  @ApiPropertyOptional({ enum: statuses, enumName: 'PageStatus' })
  @IsOptional()
  @IsIn(statuses)
  status?: PageStatus;

  @ApiPropertyOptional({
    maxLength: 200,
    description: 'The id of whoever made the newest version. For the role `render` there are none',
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  by?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Whose `updatedAt` is later' })
  @IsOptional()
  @IsString()
  updatedAfter?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Whose `updatedAt` is earlier' })
  @IsOptional()
  @IsString()
  updatedBefore?: string;

  @ApiPropertyOptional({ description: 'The ids of pages, separated by commas: at most 500' })
  @IsOptional()
  @IsString()
  @LowerCase()
  ids?: string;

  @ApiPropertyOptional({
    example: '/title,/blocks/0/text',
    maxLength: 4000,
    description:
      'JSON pointers into the content, separated by commas: each item has them in `content`, where they were in the document. An answer may have fewer items than asked for, where the documents are large',
  })
  @IsOptional()
  @IsString()
  @MaxLength(4000)
  fields?: string;
}

export class DiffQuery extends AsOfQuery {
  @ApiProperty({ type: 'integer', minimum: 1 })
  @WholeNumber()
  @IsInt()
  @Min(1)
  from!: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'The latest, when absent' })
  @IsOptional()
  @WholeNumber()
  @IsInt()
  @Min(1)
  to?: number;
}

/** What a list is sorted by, from its parameter. */
export function sortOf(text: (typeof sorts)[number]): Sort {
  return { by: text.replace('-', '') as Sort['by'], isDescending: text.startsWith('-') };
}

/** Reads a time. @throws Refusal `malformed-request` */
export function timeOf(parameter: string, text: string): string {
  const time = parseTime(text);
  if (time) return time.toISOString();
  throw new Refusal('malformed-request', `${parameter} has to be a time (ISO 8601), not "${text}"`, {
    parameter,
  });
}

/** Reads ids that are separated by commas, each once. @throws Refusal `malformed-request` */
export function uuidsOf(text: string): readonly string[] {
  const ids = [...new Set(text.split(','))];
  if (ids.length <= mostIds && ids.every((id) => uuidPattern.test(id))) return ids;
  throw new Refusal(
    'malformed-request',
    `ids has to be at most ${mostIds} ids of pages, separated by commas`,
    {
      parameter: 'ids',
    },
  );
}

const mostIds = 500;
const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
