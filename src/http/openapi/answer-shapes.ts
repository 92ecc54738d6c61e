import { ApiProperty } from './api-decorators.js';

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

/** What every list says besides its items. */
export class List {
  @ApiProperty({ ...orNull, description: 'The `cursor` of what follows; null at the end' })
  next!: string | null;
}
