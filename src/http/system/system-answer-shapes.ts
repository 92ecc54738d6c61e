import { ServedVersions } from '../schema/schema-answer-shapes.js';
import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { position, version } from '../openapi/answer-shapes.js';

export class Health {
  @ApiProperty({
    enum: [
      'alive',
      'ready',
      'damaged',
      'draining',
      'log-too-new',
      'storage-damaged',
      'storage-busy',
      'storage-lost',
    ],
    description: '`damaged`: ready, though something could not be read',
  })
  status!: string;
}

/** `Sunset` of the projection `schema`. */
class AnnouncedSunset {
  @ApiProperty({ ...version, description: 'This version, and all below it' })
  schemaVersion!: number;

  @ApiProperty({ format: 'date-time', description: 'When they go' })
  at!: string;

  @ApiProperty({ format: 'date-time' })
  announcedAt!: string;
}

/** `UsageOfVersion` of `schema-usage.ts`. */
class VersionUsage {
  @ApiProperty(version)
  schemaVersion!: number;

  @ApiProperty({ type: 'integer', minimum: 1 })
  requests!: number;

  @ApiProperty({ format: 'date-time' })
  lastUsedAt!: string;

  @ApiPropertyOptional({ type: [String], description: 'Names, at most 100; for administrators' })
  tokens?: string[];
}

class Usage {
  @ApiProperty({ format: 'date-time', description: 'When this server began to count' })
  since!: string;

  @ApiProperty({ type: [VersionUsage], description: 'Requests with a `Schema-Version`' })
  versions!: VersionUsage[];
}

class SchemaVersions extends ServedVersions {
  @ApiProperty({ type: [AnnouncedSunset] })
  sunsets!: AnnouncedSunset[];

  @ApiProperty({ description: 'Whom a higher minimum would cut off' })
  usage!: Usage;
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

/** Of one version of the program to another, or back. */
export class Upgrade {
  @ApiProperty({ description: 'The version of the program before' })
  from!: string;

  @ApiProperty()
  to!: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty(position)
  position!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'How long writes waited, in milliseconds' })
  windowMs!: number | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when there is no way back; null: `palimpsest revert` works',
  })
  finalizedAt!: string | null;
}

/** `StorageState`, since the server started. */
class Storage {
  @ApiProperty({
    enum: ['sound', 'full', 'damaged', 'lost'],
    description:
      '`full`: there is no room, not even to look whether the files are whole; `damaged`: something could not be read; `lost`: the files were removed, replaced or overwritten',
  })
  status!: string;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Requests that met something damaged' })
  damages!: number;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'What the last of them asked for; for administrators',
  })
  lastDamage?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'What became of the files, and the way out; for administrators',
  })
  loss?: string | null;
}

/** A `Budget`: what is held now, and what it is held to. */
class Held {
  @ApiProperty({ type: 'integer', minimum: 0 })
  inUse!: number;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'For all together' })
  limit!: number;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'For one token' })
  limitPerToken!: number;
}

/** `HeldMemory`: beyond each of the limits a request is refused with `too-many-requests`. */
class Memory {
  @ApiProperty({ description: 'Bytes of bodies, from their announcement until the write is answered' })
  bodyBytes!: Held;

  @ApiProperty({ description: 'Bytes of answers to reads that clients have not taken yet' })
  answerBytes!: Held;

  @ApiProperty({ description: 'Open event streams' })
  streams!: Held;
}

const count = { type: 'integer', minimum: 0 } as const;

/** `ReadThreadCounts`, since the server started. */
class LargeReads {
  @ApiProperty({ ...count, description: 'Threads that there are now' })
  threads!: number;

  @ApiProperty({ ...count, description: 'Reads that wait for one now' })
  waiting!: number;

  @ApiProperty({ ...count, description: 'Reads that they have answered' })
  answered!: number;

  @ApiProperty({ ...count, description: 'Threads that ended before they answered' })
  died!: number;
}

/** Made by `FindSystemHandler`. */
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

  @ApiProperty({ description: 'What the server has noticed of its files' })
  storage!: Storage;

  @ApiProperty({ description: 'What clients hold of the memory of the server' })
  memory!: Memory;

  @ApiProperty({ description: 'Reads that would hold up all others are answered by threads of their own' })
  largeReads!: LargeReads;

  @ApiPropertyOptional({ description: 'The last one; absent where no version took over from another' })
  upgrade?: Upgrade;
}
