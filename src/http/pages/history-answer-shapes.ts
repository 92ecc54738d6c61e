import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { By, List, orNull, time, version } from '../openapi/answer-shapes.js';

/** Any JSON value. */
const anyJson = {
  oneOf: [
    { type: 'string', nullable: true },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'object', additionalProperties: true },
    { type: 'array', items: {} },
  ],
};

/** A `FileFacts`. */
class FileOfVersion {
  @ApiProperty({ pattern: '^[0-9a-f]{64}$' })
  sha256!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  bytes!: number;

  @ApiProperty({ example: 'image/jpeg' })
  type!: string;

  @ApiProperty()
  name!: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1 })
  width?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 1 })
  height?: number;
}

/** `VersionSummary` of `list-versions.ts`. */
export class VersionOfPage {
  @ApiProperty(version)
  version!: number;

  @ApiProperty(time)
  at!: string;

  @ApiProperty()
  by!: By;

  @ApiProperty(orNull)
  comment!: string | null;

  @ApiProperty(version)
  schemaVersion!: number;

  @ApiPropertyOptional(version)
  restoredFrom?: number;

  @ApiProperty({ type: [String], description: 'The labels that name it' })
  labels!: string[];

  @ApiProperty({ type: 'integer', minimum: 0, description: 'The size of the content as it was sent' })
  bytes!: number;

  @ApiPropertyOptional({ description: 'Of an asset: its file then' })
  file?: FileOfVersion;
}

export class VersionList extends List {
  @ApiProperty({ type: [VersionOfPage] })
  items!: VersionOfPage[];
}

/** An operation of a JSON Patch (RFC 6902 §4). */
export class PatchOperation {
  @ApiProperty({ enum: ['add', 'remove', 'replace', 'move', 'copy', 'test'] })
  op!: string;

  @ApiProperty({ description: 'A JSON Pointer (RFC 6901)', example: '/title' })
  path!: string;

  @ApiPropertyOptional({ description: 'A JSON Pointer (RFC 6901)' })
  from?: string;

  @ApiPropertyOptional(anyJson)
  value?: unknown;
}
