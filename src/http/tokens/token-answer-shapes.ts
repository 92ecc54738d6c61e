import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { roles } from '../../events/role.js';
import { List, time, uuid } from '../openapi/answer-shapes.js';

class PersonName {
  @ApiProperty()
  issuer!: string;

  @ApiProperty()
  subject!: string;
}

/** Made by `TokensController.view`. */
export class Token {
  @ApiProperty(uuid)
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiPropertyOptional({ enum: roles, description: 'Of the grant that it came with' })
  role?: string;

  @ApiPropertyOptional({ type: PersonName, description: 'Whose session it is, with whose grants it comes' })
  person?: PersonName;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The page from which downwards it has the role; `/`: the whole site; null: the page is deleted, or the grant revoked',
  })
  path!: string | null;

  @ApiPropertyOptional({ description: 'It may ask for a visitor' })
  delegates?: boolean;

  @ApiPropertyOptional({ description: 'It may keep what is protected' })
  cache?: boolean;

  @ApiProperty(time)
  createdAt!: string;

  @ApiPropertyOptional(time)
  expiresAt?: string;

  @ApiPropertyOptional({ ...time, description: 'Since this process started' })
  lastUsedAt?: string;
}

export class NewToken extends Token {
  @ApiPropertyOptional({ description: 'Shown this once: neither by a repetition nor by a dry run' })
  secret?: string;
}

export class TokenList extends List {
  @ApiProperty({ type: [Token] })
  items!: Token[];
}
