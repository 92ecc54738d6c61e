import { ApiProperty, ApiPropertyOptional } from './api-decorators.js';

/** What answers look like, for the OpenAPI document alone; what makes them is named at each. */

export const uuid = { format: 'uuid' } as const;
export const orNull = { type: String, nullable: true } as const;
export const version = { type: 'integer', minimum: 1 } as const;
export const position = { type: 'integer', minimum: 0, description: 'A log position' } as const;
export const time = { format: 'date-time' } as const;
export const document = { type: 'object', additionalProperties: true, description: 'The document' } as const;

/** `Actor`. */
export class By {
  @ApiProperty({ enum: ['token', 'person', 'import', 'system'] })
  kind!: string;

  @ApiProperty()
  id!: string;

  @ApiProperty()
  name!: string;
}

/** Whom a grant is for. */
export class Grantee {
  @ApiProperty({ enum: ['token', 'person', 'group'] })
  kind!: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Of a token' })
  id?: string;

  @ApiPropertyOptional({ description: 'Of a person or a group: the address of whoever vouches for them' })
  issuer?: string;

  @ApiPropertyOptional({ description: 'Of a person: what the issuer calls them, `sub`' })
  subject?: string;

  @ApiPropertyOptional({ description: 'Of a group: what the issuer calls it' })
  group?: string;
}

/** What every list says besides its items. */
export class List {
  @ApiProperty({ ...orNull, description: 'The `cursor` of what follows; null at the end' })
  next!: string | null;
}
