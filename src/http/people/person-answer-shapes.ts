import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { List, time, uuid } from '../openapi/answer-shapes.js';

export class Person {
  @ApiProperty({ ...uuid, description: 'As in `by`: it follows from issuer and subject' })
  id!: string;

  @ApiProperty()
  issuer!: string;

  @ApiProperty()
  subject!: string;

  @ApiPropertyOptional({ description: 'As the issuer said it last; absent: nobody has come yet' })
  name?: string;

  @ApiPropertyOptional()
  email?: string;

  @ApiProperty({ type: [String] })
  groups!: string[];

  @ApiPropertyOptional({ ...time, description: 'When name, address or groups were last new' })
  seenAt?: string;

  @ApiPropertyOptional({ ...time, description: 'Since when the person is let in no longer' })
  blockedAt?: string;
}

export class PersonList extends List {
  @ApiProperty({ type: [Person] })
  items!: Person[];
}
