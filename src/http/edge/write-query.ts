import { ApiPropertyOptional } from '../openapi/api-decorators.js';
import { IsBoolean, IsIn, IsOptional } from './validators.js';
import { TrueOrFalse } from './shape.js';

/** What any write may carry in its query. */
export class WriteQuery {
  @ApiPropertyOptional({ type: Boolean, description: 'Check and answer, append nothing' })
  @IsOptional()
  @TrueOrFalse()
  @IsBoolean()
  dryRun?: boolean;
}

export class DeleteQuery extends WriteQuery {
  @ApiPropertyOptional({ type: Boolean, description: 'Whatever refers to it' })
  @IsOptional()
  @TrueOrFalse()
  @IsBoolean()
  force?: boolean;
}

export class BatchQuery extends WriteQuery {
  @ApiPropertyOptional({ enum: ['content'], description: 'The answers show the content, too' })
  @IsOptional()
  @IsIn(['content'])
  with?: 'content';
}
