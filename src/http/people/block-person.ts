import { ApiProperty } from '../openapi/api-decorators.js';
import { IsString, Matches, MaxLength, MinLength } from '../edge/validators.js';
import { issuerLimit, personTextLimit, wellFormed } from '../../events/limits.js';
import { personView } from '../../queries/list-people.js';
import { Commented, wellFormedMessage } from '../edge/commented-body.js';
import { jsonAnswer } from '../edge/send.js';
import { membersOf, type Sent } from '../edge/sent.js';
import { readShape } from '../edge/shape.js';
import { jsonBody } from '../openapi/described-bodies.js';
import { write, type Accepted } from '../routing/write-route.js';
import { Person } from './person-answer-shapes.js';

class PersonBody extends Commented {
  @ApiProperty({ maxLength: issuerLimit, description: 'Who vouches for the person' })
  @IsString()
  @MinLength(1)
  @MaxLength(issuerLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  issuer!: string;

  @ApiProperty({ maxLength: personTextLimit, description: 'What the issuer calls them: `sub`' })
  @IsString()
  @MinLength(1)
  @MaxLength(personTextLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  subject!: string;
}

const body = jsonBody(PersonBody, {
  somebody: { issuer: 'https://login.example.org', subject: '248289761001' },
});

export const blockPerson = write({
  operationId: 'blockPerson',
  summary: 'Let a person in no longer',
  description: 'Whatever their issuer says, with the next request. They need not have come yet.',
  method: 'POST',
  path: '/people/block',
  command: 'block-person',
  body,
  models: [PersonBody],
  answer: Person,
  refusals: ['id-taken'],
  read: (sent) => intentOf(sent, 'block-person'),
});

export const unblockPerson = write({
  operationId: 'unblockPerson',
  summary: 'Let a person in again',
  description: 'With the grants that they have.',
  method: 'POST',
  path: '/people/unblock',
  command: 'unblock-person',
  body,
  models: [PersonBody],
  answer: Person,
  read: (sent) => intentOf(sent, 'unblock-person'),
});

function intentOf<K extends 'block-person' | 'unblock-person'>(sent: Sent, kind: K) {
  const { issuer, subject, comment } = readShape(PersonBody, membersOf(sent), 'body');
  return {
    commands: [{ kind, issuer, subject }],
    comment,
    answer: ({ results: [result] }: Accepted) => {
      if (result?.kind !== 'person') throw new Error('a person was asked about and is not in the outcome');
      return jsonAnswer(personView(result.person));
    },
  };
}
