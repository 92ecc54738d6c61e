import { ApiPropertyOptional } from '../openapi/api-decorators.js';
import { IsIn, IsInt, IsOptional, IsString, IsUUID, Max, Min } from '../edge/validators.js';
import { LowerCase, WholeNumber } from '../edge/shape.js';
import { AsOfQuery } from '../edge/read-query.js';
import { withAncestors } from '../pages/page-queries.js';

export class PathQuery extends AsOfQuery {
  @ApiPropertyOptional(withAncestors)
  @IsOptional()
  @IsIn(['ancestors'])
  with?: 'ancestors';
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
