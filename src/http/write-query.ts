import { IsBoolean, IsOptional } from 'class-validator';
import { TrueOrFalse } from './shape.js';

/** What any write may carry in its query. */
export class WriteQuery {
  @IsOptional()
  @TrueOrFalse()
  @IsBoolean()
  dryRun?: boolean;
}
