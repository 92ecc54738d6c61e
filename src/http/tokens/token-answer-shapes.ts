import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { roles } from '../../events/event.js';
import { List, time, uuid } from '../openapi/answer-shapes.js';

/** Made by `TokensController.view`. */
export class Token {
  @ApiProperty(uuid)
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: roles })
  role!: string;

  @ApiProperty({ description: 'The part of the tree that it is for' })
  path!: string;

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
