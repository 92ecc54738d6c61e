import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  Min,
  ValidateIf,
} from '../edge/validators.js';
import type { PageStatus } from '../../events/page.js';
import type { Moment } from '../../queries/read-model.js';
import { Refusal } from '../../refusal.js';
import { LowerCase, TrueOrFalse, WholeNumber } from '../edge/shape.js';
import { parseTime } from '../edge/time.js';

const statuses = ['draft', 'published', 'changed', 'deleted'] as const satisfies readonly PageStatus[];

const asOf = {
  description:
    'As it was then: a log position, or a time (ISO 8601). Readers (`render`) see what is published now and nothing of ' +
    'the past: they are answered 404.',
  example: '2026-05-01T00:00:00Z',
};

export class AsOfQuery {
  @ApiPropertyOptional(asOf)
  @IsOptional()
  @IsString()
  asOf?: string;
}

export class PageQuery extends AsOfQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'A content version' })
  @IsOptional()
  @WholeNumber()
  @IsInt()
  @Min(1)
  version?: number;
}

export class ListQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 500, default: 50 })
  @IsOptional()
  @WholeNumber()
  @IsInt()
  @Min(1)
  @Max(500)
  limit?: number;

  @ApiPropertyOptional({ description: 'What `next` of the answer before said' })
  @IsOptional()
  @IsString()
  cursor?: string;
}

export class VersionsQuery extends ListQuery {
  @ApiPropertyOptional(asOf)
  @IsOptional()
  @IsString()
  asOf?: string;
}

export class PagesQuery extends VersionsQuery {
  @ApiPropertyOptional({ example: 'document' })
  @IsOptional()
  @IsString()
  type?: string;

  @ApiPropertyOptional({ type: String, description: 'The id of the page above, or `null` for the top level' })
  @Transform(({ value }: { value: unknown }) => (value === 'null' ? null : value))
  @ValidateIf((_query, value) => value !== undefined && value !== null)
  @LowerCase()
  @IsUUID()
  parent?: string | null;

  @ApiPropertyOptional({ enum: statuses, enumName: 'PageStatus' })
  @IsOptional()
  @IsIn(statuses)
  status?: PageStatus;

  @ApiPropertyOptional({ type: Boolean, description: 'Those deleted, instead of those that are there' })
  @IsOptional()
  @TrueOrFalse()
  @IsBoolean()
  deleted?: boolean;
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

/** Pages in one answer. */
export const treeLimit = 5000;

export class TreeQuery extends AsOfQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'The page to begin at' })
  @IsOptional()
  @LowerCase()
  @IsUUID()
  root?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'How many levels; all when absent' })
  @IsOptional()
  @WholeNumber()
  @IsInt()
  @Min(1)
  depth?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: treeLimit,
    default: treeLimit,
    description: 'How many pages',
  })
  @IsOptional()
  @WholeNumber()
  @IsInt()
  @Min(1)
  @Max(treeLimit)
  limit?: number;

  @ApiPropertyOptional({ description: 'What `next` of the answer before said' })
  @IsOptional()
  @IsString()
  cursor?: string;
}

export class ChangesetsQuery extends ListQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'A log position' })
  @IsOptional()
  @WholeNumber()
  @IsInt()
  @Min(0)
  after?: number;
}

export class EventsQuery extends ChangesetsQuery {
  @ApiPropertyOptional({ example: 'PageSaved' })
  @IsOptional()
  @IsString()
  type?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @LowerCase()
  @IsUUID()
  page?: string;
}

export const defaultLimit = 50;

/**
 * Reads `asOf`: digits are a log position, anything else a time.
 * @throws Refusal `malformed-request`
 */
export function momentOf(asOf: string | undefined): { readonly asOf?: Moment } {
  if (asOf === undefined) return {};
  if (/^\d{1,15}$/.test(asOf)) return { asOf: { position: Number(asOf) } };
  const time = parseTime(asOf);
  if (!time) {
    throw new Refusal(
      'malformed-request',
      `asOf has to be a log position or a time (ISO 8601), not "${asOf}"`,
      {
        parameter: 'asOf',
      },
    );
  }
  return { asOf: { time: time.toISOString() } };
}
