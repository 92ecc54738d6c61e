import { ApiPropertyOptional } from '../openapi/api-decorators.js';
import { IsInt, IsOptional, IsString, IsUUID, Matches, Min } from '../edge/validators.js';
import { LowerCase, WholeNumber } from '../edge/shape.js';
import { ListQuery } from '../edge/read-query.js';
import { pathPattern, pathRule } from '../grants/anchor-path.js';

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

  @ApiPropertyOptional({
    example: '/docs/guides',
    description: 'What happens to the page that is there now, and to all beneath it; `/` is the whole site',
  })
  @IsOptional()
  @Matches(pathPattern, { message: pathRule })
  path?: string;
}
