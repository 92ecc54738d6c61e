import { randomUUID } from 'node:crypto';
import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { IsBoolean, IsIn, IsISO8601, IsOptional, IsString, Matches, MaxLength } from '../edge/validators.js';
import { roles, type Role } from '../../events/role.js';
import { tokenView } from '../../queries/token-view.js';
import { Refusal } from '../../refusal.js';
import { tokenNameLimit, wellFormed } from '../../events/limits.js';
import { IfPresent, wellFormedMessage } from '../edge/commented-body.js';
import { jsonBody } from '../openapi/described-bodies.js';
import { environmentToken, hashSecret, newSecret } from '../edge/secret.js';
import { relativeLocation } from '../edge/relative-location.js';
import { jsonAnswer } from '../edge/send.js';
import { membersOf } from '../edge/sent.js';
import { readShape } from '../edge/shape.js';
import { parseTime } from '../edge/time.js';
import { anchorPath, pathOf, pathPattern, pathRule } from '../grants/anchor-path.js';
import { NewToken } from './token-answer-shapes.js';
import { write } from '../routing/write-route.js';

class CreateTokenBody {
  @ApiProperty({ enum: roles })
  @IsIn(roles)
  role!: Role;

  @ApiPropertyOptional({
    maxLength: tokenNameLimit,
    description: `Who or what it is for; \`${environmentToken}\` is the name of the one that the environment gives`,
  })
  @IfPresent()
  @IsString()
  @MaxLength(tokenNameLimit)
  @Matches(wellFormed, { message: wellFormedMessage })
  @Matches(new RegExp(`^(?!${environmentToken}$)`), {
    message: `name can't be ${environmentToken}: a token of that name is replaced at the next start`,
  })
  name?: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Never, when absent or null',
  })
  @IsOptional()
  @IsISO8601({ strict: true })
  expiresAt?: string | null;

  @ApiPropertyOptional(anchorPath)
  @IsOptional()
  @Matches(pathPattern, { message: pathRule })
  path?: string | null;

  @ApiPropertyOptional({
    description:
      'It may ask for a visitor, whose token it passes along in `User-Token`: for rendering servers',
  })
  @IfPresent()
  @IsBoolean()
  delegates?: boolean;

  @ApiPropertyOptional({
    description:
      'It may keep what is protected, and asks again for each visitor: for a cache that is trusted',
  })
  @IfPresent()
  @IsBoolean()
  cache?: boolean;
}

/** The secret is in the first answer and nowhere else: a repetition answers without it. */
export const createToken = write({
  operationId: 'createToken',
  summary: 'Issue a token',
  description:
    'The `secret` is answered this once and kept nowhere. The token comes with a grant of its own, whose id it shares: of `role`, from the page at `path` downwards.',
  method: 'POST',
  path: '/tokens',
  command: 'create-token',
  status: 201,
  body: jsonBody(CreateTokenBody, { renderer: { role: 'render', name: 'the website' } }),
  models: [CreateTokenBody],
  answer: NewToken,
  tells: ['Location'],
  refusals: ['not-found', 'id-taken'],
  read: (sent) => {
    const {
      name = '',
      role,
      expiresAt,
      path,
      delegates,
      cache,
    } = readShape(CreateTokenBody, membersOf(sent), 'body');
    const secret = newSecret();
    const command = {
      kind: 'create-token',
      token: randomUUID(),
      name,
      role,
      hash: hashSecret(secret),
      ...(pathOf(path) !== null && { path: pathOf(path) as string }),
      ...(delegates !== undefined && { delegates }),
      ...(cache !== undefined && { isCache: cache }),
      expiresAt: typeof expiresAt === 'string' ? readExpiry(expiresAt) : null,
    } as const;
    return {
      commands: [command],
      answer: ({ results: [result], repeated, dryRun }) => {
        if (result?.kind !== 'token') throw new Error('a token was created and is not in the outcome');
        const { token } = result;
        const answer = jsonAnswer(
          { ...tokenView(token, pathOf(path) ?? '/'), ...(!repeated && !dryRun && { secret }) },
          201,
        );
        const location = relativeLocation('/tokens', `/tokens/${token.id}`);
        const headers = { ...answer.headers, location, 'cache-control': 'no-store' };
        return { ...answer, headers };
      },
    };
  },
});

function readExpiry(text: string): string {
  const time = parseTime(text);
  if (!time) throw new Refusal('malformed-request', `expiresAt has to be a time (ISO 8601), not "${text}"`);
  return time.toISOString();
}
