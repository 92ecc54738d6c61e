import { ApiPropertyOptional } from '../openapi/api-decorators.js';
import { IsOptional, IsString, IsUUID, Matches, MaxLength } from '../edge/validators.js';
import { commentLimit, placeSlugPattern, slugRule, wellFormed } from '../../events/limits.js';
import { fileNameLimit } from '../../events/file-facts.js';
import { Refusal } from '../../refusal.js';
import { wellFormedMessage } from '../edge/commented-body.js';
import { LowerCase } from '../edge/shape.js';
import { WriteQuery } from '../edge/write-query.js';

/** What is said of a file in the query, or in the fields of a form. */
export class FileQuery extends WriteQuery {
  @ApiPropertyOptional({
    maxLength: fileNameLimit,
    description: 'What people call the file; of a path, what comes after the last slash',
  })
  @IsOptional()
  @IsString()
  @Matches(wellFormed, { message: wellFormedMessage })
  name?: string;

  @ApiPropertyOptional({ maxLength: commentLimit, description: 'Why, for the list of versions' })
  @IsOptional()
  @IsString()
  @MaxLength(commentLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  comment?: string;
}

export class NewAssetQuery extends FileQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'Made up by the server when absent' })
  @IsOptional()
  @LowerCase()
  @IsUUID()
  id?: string;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'The page above: it decides who may do what with the asset',
  })
  @IsOptional()
  @LowerCase()
  @IsUUID()
  parent?: string;

  @ApiPropertyOptional({
    maxLength: 255,
    description: 'The last segment of its path; beneath a `parent` the name of the file, when absent',
  })
  @IsOptional()
  @Matches(placeSlugPattern, { message: `slug has to be ${slugRule}` })
  slug?: string;
}

/** Control characters, and those that turn the direction of what follows: a name is not what it seems. */
// eslint-disable-next-line no-control-regex -- it is they that are refused
const deceptive = /[\u0000-\u001f\u007f\u0080-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Of a path, what comes last; undefined where that is nothing. @throws Refusal `malformed-request` */
export function fileNameOf(given: string | undefined): string | undefined {
  const name = given?.split(/[/\\]/).at(-1)?.trim();
  if (!name) return undefined;
  if (name.length > fileNameLimit)
    throw new Refusal('malformed-request', `the name has more than ${fileNameLimit} characters`, {
      parameter: 'name',
    });
  if (deceptive.test(name))
    throw new Refusal(
      'malformed-request',
      'the name has control characters, or marks that turn its direction',
      {
        parameter: 'name',
      },
    );
  return name;
}
