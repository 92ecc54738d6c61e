import { ApiPropertyOptional } from '../openapi/api-decorators.js';
import { commentLimit, wellFormed } from '../../events/limits.js';
import { IsString, Matches, MaxLength, ValidateIf } from './validators.js';

/** Absent and null differ, so a plain `IsOptional`, which lets null pass, is only right where null means absent. */
export function IfPresent(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined);
}

export const wellFormedMessage = '$property has to be well-formed text';

/** What may be said of any change. */
export class Commented {
  @ApiPropertyOptional({ maxLength: commentLimit, description: 'Why, for the list of versions' })
  @IfPresent()
  @IsString()
  @MaxLength(commentLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  comment?: string;
}

/** A body of nothing but that. */
export class CommentBody extends Commented {}

export const commentExamples = { why: { comment: 'Out of season' } };
