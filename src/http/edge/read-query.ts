import { ApiPropertyOptional } from '../openapi/api-decorators.js';
import { IsInt, IsOptional, IsString, Max, Min } from './validators.js';
import { WholeNumber } from './shape.js';
import type { AsOf } from '../../queries/read-model.js';
import { Refusal } from '../../refusal.js';
import { parseTime } from './time.js';

export const asOf = {
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

export class AsOfListQuery extends ListQuery {
  @ApiPropertyOptional(asOf)
  @IsOptional()
  @IsString()
  asOf?: string;
}

export const defaultLimit = 50;

/**
 * Reads `asOf`: digits are a log position, anything else a time.
 * @throws Refusal `malformed-request`
 */
export function momentOf(asOf: string | undefined): { readonly asOf?: AsOf } {
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
