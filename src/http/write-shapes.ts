import { ApiProperty, ApiPropertyOptional } from './api-decorators.js';
import {
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  Min,
  MinLength,
  ValidateIf,
} from './validators.js';
import { roles, type Role } from '../events/event.js';
import { commentLimit, pageTypeLimit, slugPattern, tokenNameLimit, wellFormed } from '../events/limits.js';
import { environmentToken } from './secret.js';
import { LowerCase } from './shape.js';

const slugMessage =
  'slug has to be 1 to 255 characters without "/" and control characters, and not "." or ".."';

/** Absent and null differ, so a plain `IsOptional`, which lets null pass, is only right where null means absent. */
function IfPresent(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined);
}

export const wellFormedMessage = '$property has to be well-formed text';

class Commented {
  @ApiPropertyOptional({ maxLength: commentLimit, description: 'Why, for the list of versions' })
  @IfPresent()
  @IsString()
  @MaxLength(commentLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  comment?: string;
}

class Placed extends Commented {
  @ApiPropertyOptional({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The page above; null: top level',
  })
  @IsOptional()
  @LowerCase()
  @IsUUID()
  parent?: string | null;

  @ApiPropertyOptional({ minLength: 1, maxLength: 255, description: 'The last segment of the path' })
  @IfPresent()
  @Matches(slugPattern, { message: slugMessage })
  slug?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'The sibling to stand before' })
  @IfPresent()
  @LowerCase()
  @IsUUID()
  before?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'The sibling to stand after' })
  @IfPresent()
  @LowerCase()
  @IsUUID()
  after?: string;
}

export class CreatePageBody extends Placed {
  @ApiPropertyOptional({ format: 'uuid', description: 'Made up by the server when absent' })
  @IfPresent()
  @LowerCase()
  @IsUUID()
  id?: string;

  @ApiProperty({ example: 'document' })
  @IsString()
  @MinLength(1)
  @MaxLength(pageTypeLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  type!: string;
}

export class MovePageBody extends Placed {}

export class RestorePageBody extends Commented {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'The content version to bring back' })
  @IsInt()
  @Min(1)
  version!: number;
}

export class PublishPageBody extends Commented {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    description: 'The content version to show; the latest when absent',
  })
  @IfPresent()
  @IsInt()
  @Min(1)
  version?: number;
}

export class CommentBody extends Commented {}

export class CreateTokenBody {
  @ApiProperty({ enum: roles })
  @IsIn(roles)
  role!: Role;

  @ApiPropertyOptional({
    maxLength: tokenNameLimit,
    description: `Who or what it is for; \`${environmentToken}\` is the name of the one that the environment gives`,
  })
  @IfPresent()
  @IsString()
  @MaxLength(tokenNameLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  @Matches(new RegExp(`^(?!${environmentToken}$)`), {
    message: `name can't be ${environmentToken}: a token of that name is replaced at the next start`,
  })
  name?: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Never, when absent or null',
  })
  @IsOptional()
  @IsISO8601({ strict: true })
  expiresAt?: string | null;
}
