import { variantFormats, variantWidths, ownFormat, type Variant } from '../../files/pictures/variant.js';
import { notAPicture } from '../../files/pictures/pictures.js';
import { Refusal } from '../../refusal.js';
import { ApiPropertyOptional } from '../openapi/api-decorators.js';
import { WholeNumber } from '../edge/shape.js';
import { IsIn, IsOptional, IsString } from '../edge/validators.js';
import { asOf } from '../edge/read-query.js';

const width = {
  type: 'integer',
  enum: [...variantWidths],
  description: 'Of a picture that is shown smaller: pixels. One that is less wide stays as it is',
} as const;
const format = {
  enum: variantFormats,
  description:
    'With `width`: what it is written as. Without it as the file is, a GIF as PNG and AVIF as WebP',
} as const;

const link = {
  description: 'In place of a token: what `GET /assets/{id}/link` has given',
  maxLength: 200,
} as const;

/** Which picture is wanted in place of a file. */
export class VariantQuery {
  @ApiPropertyOptional(link)
  @IsOptional()
  @IsString()
  link?: string;

  @ApiPropertyOptional(width)
  @IsOptional()
  @WholeNumber()
  @IsIn(variantWidths)
  width?: Variant['width'];

  @ApiPropertyOptional(format)
  @IsOptional()
  @IsIn(variantFormats)
  format?: Variant['format'];
}

/** The same as of a moment. */
export class PastVariantQuery extends VariantQuery {
  @ApiPropertyOptional(asOf)
  @IsOptional()
  @IsString()
  asOf?: string;
}

/** @throws Refusal `malformed-request`: a format by itself would be a size of its own */
export function requireWidth({ width, format }: VariantQuery): void {
  if (format === undefined || width !== undefined) return;
  throw new Refusal('malformed-request', `format goes with a width: one of ${variantWidths.join(', ')}`, {
    parameter: 'width',
  });
}

/** Undefined where the file itself is wanted. @throws Refusal `not-a-picture` */
export function variantOf({ width, format }: VariantQuery, mediaType: string): Variant | undefined {
  if (width === undefined) return undefined;
  const own = ownFormat(mediaType);
  if (own === undefined) throw notAPicture(mediaType);
  return { width, format: format ?? own };
}
