import { ApiProperty } from '../openapi/api-decorators.js';
import { version } from '../openapi/answer-shapes.js';

class SchemaVersionNotes {
  @ApiProperty(version)
  version!: number;

  @ApiProperty()
  title!: string;

  @ApiProperty({ description: 'SHA-256 over this rung and all below it' })
  hash!: string;

  @ApiProperty({ type: [String], description: 'What is different from the version below' })
  changes!: string[];

  @ApiProperty({ type: [String], description: 'What is lost between the two, in the words of their author' })
  lossy!: string[];

  @ApiProperty({ type: String, nullable: true, description: 'Why nothing comes back down from here' })
  irreversible!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When it goes' })
  sunset!: string | null;
}

/** What is served. */
export class ServedVersions {
  @ApiProperty(version)
  current!: number;

  @ApiProperty({ ...version, description: 'The lowest that clients may speak' })
  minimum!: number;

  @ApiProperty({ ...version, description: 'The newest that writes may use' })
  finalized!: number;
}

/** Made by `ListSchemaVersionsHandler`. */
export class Schemas extends ServedVersions {
  @ApiProperty({ type: [SchemaVersionNotes] })
  versions!: SchemaVersionNotes[];
}

const schemas = {
  type: 'object',
  additionalProperties: { type: 'object', additionalProperties: true },
} as const;

/** Made by `FindSchemaHandler`. */
export class SchemaOfVersion {
  @ApiProperty(version)
  version!: number;

  @ApiProperty()
  title!: string;

  @ApiProperty({ ...schemas, description: 'Page types, by name: JSON Schemas, complete in themselves' })
  types!: object;

  @ApiProperty({ ...schemas, description: 'Block types, by name: what stands in `_type`' })
  blocks!: object;
}
