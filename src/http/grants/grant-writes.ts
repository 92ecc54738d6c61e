import { randomUUID } from 'node:crypto';
import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength, MinLength } from '../edge/validators.js';
import type { Grantee } from '../../events/grantee.js';
import { roles, type Role } from '../../events/role.js';
import { issuerLimit, personTextLimit, wellFormed } from '../../events/limits.js';
import { shownGrant } from '../../queries/list-grants.js';
import { Refusal } from '../../refusal.js';
import { isObject, type JsonObject, type JsonValue } from '../../schema/json/json.js';
import { Commented, IfPresent, wellFormedMessage } from '../edge/commented-body.js';
import { relativeLocation } from '../edge/relative-location.js';
import { jsonAnswer } from '../edge/send.js';
import { idOf, membersOf } from '../edge/sent.js';
import { LowerCase, readShape } from '../edge/shape.js';
import { jsonBody } from '../openapi/described-bodies.js';
import { write } from '../routing/write-route.js';
import { anchorPath, pathOf, pathPattern, pathRule } from './anchor-path.js';
import { Grant } from './grant-answer-shapes.js';

const kinds = ['token', 'person', 'group'] as const;

/** Which of the members there have to be depends on the kind. */
class GranteeBody {
  @ApiProperty({ enum: kinds })
  @IsIn(kinds)
  kind!: Grantee['kind'];

  @ApiPropertyOptional({ format: 'uuid', description: 'Of a token' })
  @IfPresent()
  @LowerCase()
  @IsUUID()
  id?: string;

  @ApiPropertyOptional({
    maxLength: issuerLimit,
    description: 'Of a person or a group: who vouches for them',
  })
  @IfPresent()
  @IsString()
  @MinLength(1)
  @MaxLength(issuerLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  issuer?: string;

  @ApiPropertyOptional({ maxLength: personTextLimit, description: 'Of a person: `sub` of the issuer' })
  @IfPresent()
  @IsString()
  @MinLength(1)
  @MaxLength(personTextLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  subject?: string;

  @ApiPropertyOptional({ maxLength: personTextLimit, description: 'Of a group: what the issuer calls it' })
  @IfPresent()
  @IsString()
  @MinLength(1)
  @MaxLength(personTextLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  group?: string;
}

class GrantMembers extends Commented {
  @ApiProperty({ enum: roles })
  @IsIn(roles)
  role!: Role;

  @ApiPropertyOptional(anchorPath)
  @IsOptional()
  @Matches(pathPattern, { message: pathRule })
  path?: string | null;
}

/** With the principal, which is read by its own class. */
class GiveGrantBody extends GrantMembers {
  @ApiProperty({ type: GranteeBody, description: 'A token, a person or a group' })
  principal!: GranteeBody;
}

export const giveGrant = write({
  operationId: 'giveGrant',
  summary: 'Let somebody do something, from a page downwards',
  description:
    'Grants add up, and are inherited by all pages beneath. They follow the page wherever it is moved; where it is deleted they sleep until it is brought back. ' +
    'Only who administers the page, or the whole site, gives them.',
  method: 'POST',
  path: '/grants',
  command: 'give-grant',
  status: 201,
  body: jsonBody(GiveGrantBody, {
    toAToken: {
      principal: { kind: 'token', id: '00000000-0000-4000-8000-000000000000' },
      role: 'editor',
      path: '/docs/guides',
    },
    toAGroup: {
      principal: { kind: 'group', issuer: 'https://login.example.org', group: 'editors' },
      role: 'publisher',
      path: '/',
    },
  }),
  models: [GiveGrantBody],
  answer: Grant,
  tells: ['Location'],
  refusals: ['not-found', 'id-taken'],
  read: (sent) => {
    const { principal, ...members } = objectOf(membersOf(sent), 'the body');
    const { role, path, comment } = readShape(GrantMembers, members, 'body');
    const command = {
      kind: 'give-grant',
      grant: randomUUID(),
      principal: granteeOf(principal),
      role,
      path: pathOf(path),
    } as const;
    return {
      commands: [command],
      comment,
      answer: ({ results: [result] }) => {
        if (result?.kind !== 'grant') throw new Error('a grant was given and is not in the outcome');
        const { grant } = result;
        const answer = jsonAnswer(shownGrant(grant, pathOf(path) ?? '/'), 201);
        return {
          ...answer,
          headers: { ...answer.headers, location: relativeLocation('/grants', `/grants/${grant.id}`) },
        };
      },
    };
  },
});

/** @throws Refusal `malformed-request` */
function objectOf(value: JsonValue | undefined, what: string): JsonObject {
  if (isObject(value)) return value;
  throw new Refusal('malformed-request', `${what} has to be a JSON object`);
}

/** @throws Refusal `malformed-request` */
function granteeOf(value: JsonValue | undefined): Grantee {
  const { kind, id, issuer, subject, group } = readShape(GranteeBody, objectOf(value, 'principal'), 'body');
  const count = [id, issuer, subject, group].filter((name) => name !== undefined).length;
  if (kind === 'token' && id !== undefined && count === 1) return { kind, id };
  if (issuer !== undefined && count === 2) {
    if (kind === 'person' && subject !== undefined) return { kind, issuer, subject };
    if (kind === 'group' && group !== undefined) return { kind, issuer, group };
  }
  throw new Refusal(
    'malformed-request',
    'principal has to be { kind: "token", id }, { kind: "person", issuer, subject } or { kind: "group", issuer, group }',
  );
}

export const revokeGrant = write({
  operationId: 'revokeGrant',
  summary: 'Take a grant back',
  description:
    'It is good no longer, with the next request. The grant that a token came with has the id of the token.',
  method: 'DELETE',
  path: '/grants/:id',
  command: 'revoke-grant',
  params: [{ name: 'id', schema: { type: 'string', format: 'uuid' }, description: 'The grant' }],
  status: 204,
  takes: ['Comment'],
  refusals: ['not-found'],
  read: (sent) => ({
    commands: [{ kind: 'revoke-grant', grant: idOf(sent) }],
    comment: sent.head.comment,
    answer: () => ({ status: 204, headers: {}, body: '' }),
  }),
});
