import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import { TrueOrFalse } from './shape.js';

/** What any write may carry in its query. */
export class WriteQuery {
  @ApiPropertyOptional({ type: Boolean, description: 'Check and answer, append nothing' })
  @IsOptional()
  @TrueOrFalse()
  @IsBoolean()
  dryRun?: boolean;
}
