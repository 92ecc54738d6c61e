import { ApiPropertyOptional } from '../openapi/api-decorators.js';
import { IsOptional, IsUUID, Matches } from '../edge/validators.js';
import { placeSlugPattern, slugRule } from '../../events/limits.js';
import { Refusal } from '../../refusal.js';
import { LowerCase } from '../edge/shape.js';
import { Commented, IfPresent } from '../edge/commented-body.js';

const slugMessage = `slug has to be ${slugRule}; empty for the page at / alone`;

/** Where in the tree. */
export class Placed extends Commented {
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

  @ApiPropertyOptional({
    maxLength: 255,
    description:
      'The last segment of the path. Empty, at the top level: the page at `/`, which has no pages beneath it',
  })
  @IfPresent()
  @Matches(placeSlugPattern, { message: slugMessage })
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

/** @throws Refusal `malformed-request` */
export function requireOneSibling({ before, after }: Placed): void {
  if (before !== undefined && after !== undefined) {
    throw new Refusal('malformed-request', 'before and after exclude each other');
  }
}
