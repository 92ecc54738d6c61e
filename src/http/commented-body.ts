import { ApiPropertyOptional } from './api-decorators.js';
import { commentLimit } from './headers.js';
import { IsString, Matches, MaxLength, ValidateIf } from './validators.js';

/** Absent and null differ, so a plain `IsOptional`, which lets null pass, is only right where null means absent. */
export function IfPresent(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined);
}

/** Half a surrogate pair has no UTF-8: what is kept would not be what was sent, and hashed. */
export const wellFormed = /^\P{Cs}*$/u;
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
