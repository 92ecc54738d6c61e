import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { By, List, document, orNull, time, uuid, version } from '../openapi/answer-shapes.js';

const forStaff = 'For those who see all of it';

/** Made by `assetSummary`. */
class AssetSummary {
  @ApiProperty(uuid)
  id!: string;

  @ApiProperty({ example: 'lighthouse.jpg', description: 'What people call the file' })
  name!: string;

  @ApiProperty({ example: 'image/jpeg', description: 'The media type, as the bytes say it' })
  type!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  bytes!: number;

  @ApiProperty({ pattern: '^[0-9a-f]{64}$', description: 'Of the bytes' })
  sha256!: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Of a picture, in pixels as it is shown' })
  width?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Of a picture, in pixels as it is shown' })
  height?: number;

  @ApiPropertyOptional({ description: 'Of the content, where it has one' })
  title?: string;

  @ApiProperty(version)
  contentVersion!: number;

  @ApiProperty({ ...version, description: 'The schema version that the content was saved in' })
  storedSchemaVersion!: number;

  @ApiProperty(time)
  createdAt!: string;

  @ApiProperty(time)
  updatedAt!: string;

  @ApiPropertyOptional({ ...orNull, description: `Null outside the tree. ${forStaff}` })
  path?: string | null;

  @ApiPropertyOptional({ ...orNull, ...uuid, description: `The page above. ${forStaff}` })
  parent?: string | null;

  @ApiPropertyOptional({ ...orNull, description: `The last segment of the path. ${forStaff}` })
  slug?: string | null;

  @ApiPropertyOptional({ description: forStaff })
  isDeleted?: boolean;

  @ApiPropertyOptional({ description: forStaff })
  createdBy?: By;

  @ApiPropertyOptional({ description: forStaff })
  updatedBy?: By;

  @ApiPropertyOptional({ ...orNull, description: forStaff })
  comment?: string | null;

  @ApiPropertyOptional({ ...version, description: 'The version that this one brought back' })
  restoredFrom?: number;
}

export class Asset extends AssetSummary {
  @ApiPropertyOptional({
    isArray: true,
    enum: ['read', 'save', 'move', 'delete', 'administer', 'undelete'],
    description: `What the asker may do: of one that readers see, a new version takes the permission to publish. Not in the answer to a write. ${forStaff}`,
  })
  permissions?: string[];

  @ApiProperty({ ...version, description: 'The schema version of the content here' })
  schemaVersion!: number;

  @ApiPropertyOptional({
    ...document,
    description:
      'What is said of the file: `alt`, `credit`, `focalPoint`, `language`, or as the ladder has it',
  })
  content?: object;
}

export class AssetList extends List {
  @ApiProperty({ type: [AssetSummary] })
  items!: AssetSummary[];

  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'With `?count=true`' })
  count?: number;
}

export class FileLink {
  @ApiProperty({
    format: 'uri-reference',
    description: 'As seen from the address of the request (RFC 3986 §5)',
  })
  url!: string;

  @ApiProperty(time)
  until!: string;
}
