import { ApiProperty } from './api-decorators.js';
import { position, version } from './answer-shapes.js';

export class Health {
  @ApiProperty({ enum: ['alive', 'ready', 'draining'] })
  status!: string;
}

class SchemaVersions {
  @ApiProperty(version)
  current!: number;

  @ApiProperty(version)
  minimum!: number;
}

/** `Registered` of `registry.ts`. */
class Projection {
  @ApiProperty()
  name!: string;

  @ApiProperty()
  fingerprint!: string;

  @ApiProperty(position)
  position!: number;
}

/** Made by `SystemController`. */
export class System {
  @ApiProperty({ description: 'Of the program' })
  version!: string;

  @ApiProperty({ enum: ['live', 'read-only', 'fenced'] })
  mode!: string;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'How often a program took charge of the log' })
  epoch!: number;

  @ApiProperty(position)
  position!: number;

  @ApiProperty({ description: 'Of the last event' })
  hash!: string;

  @ApiProperty()
  schema!: SchemaVersions;

  @ApiProperty({ type: [Projection] })
  projections!: Projection[];
}
