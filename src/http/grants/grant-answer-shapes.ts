import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { roles } from '../../events/role.js';
import { By, Grantee, List, time, uuid } from '../openapi/answer-shapes.js';

class ShownGrantee extends Grantee {
  @ApiPropertyOptional({ description: 'Of a token or a person, as far as it is known' })
  name?: string;
}

export class Grant {
  @ApiProperty({ ...uuid, description: 'Of a grant that a token came with: the id of the token' })
  id!: string;

  @ApiProperty({ type: ShownGrantee })
  principal!: ShownGrantee;

  @ApiProperty({ enum: roles })
  role!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The page from which downwards it is so; `/`: the whole site, or, where `anchor` is an id, the page that is at `/`; null: the page is deleted, and the grant sleeps',
  })
  path!: string | null;

  @ApiPropertyOptional({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The same page; null: the whole site; absent: it is above what whoever asks administers',
  })
  anchor?: string | null;

  @ApiPropertyOptional({ ...time, description: 'When it was given' })
  at?: string;

  @ApiPropertyOptional({ type: By, description: 'Who gave it' })
  by?: By;
}

export class GrantList extends List {
  @ApiProperty({ type: [Grant] })
  items!: Grant[];
}

class PageGrant extends Grant {
  @ApiProperty({
    isArray: true,
    enum: ['read', 'save', 'move', 'delete', 'publish', 'administer', 'undelete'],
    description: 'What it lets its principal do with the page as it is',
  })
  permissions!: string[];

  @ApiPropertyOptional({ ...time, description: 'Until when the token is good' })
  expiresAt?: string;

  @ApiPropertyOptional({ description: 'The person is let in no longer' })
  blocked?: boolean;
}

export class PageAccess {
  @ApiProperty({ description: 'Whether the page is for viewers alone' })
  protected!: boolean;

  @ApiProperty({ type: [PageGrant], description: 'In the order in which they were given' })
  items!: PageGrant[];
}

export class Me {
  @ApiProperty({ enum: ['token', 'person', 'system'] })
  kind!: string;

  @ApiProperty()
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: ['token', 'person', 'session', 'control'], description: 'What has shown who asks' })
  through!: string;

  @ApiProperty({ type: [Grant] })
  grants!: Grant[];

  @ApiPropertyOptional({ ...time, description: 'Until when this is so; absent: for good' })
  expiresAt?: string;
}
