import { ApiProperty, ApiPropertyOptional } from '../openapi/api-decorators.js';
import { issuerLimit } from '../../events/limits.js';
import { IsString, MaxLength } from '../edge/validators.js';
import { IfPresent } from '../edge/commented-body.js';

export class SignInQuery {
  @ApiPropertyOptional({
    maxLength: issuerLimit,
    description: 'Where; absent: at the only one that there is',
  })
  @IfPresent()
  @IsString()
  @MaxLength(issuerLimit)
  issuer?: string;

  @ApiPropertyOptional({
    maxLength: 2000,
    example: '/docs',
    description: 'Where to go afterwards: a path on this host. The page at `/session` when absent',
  })
  @IfPresent()
  @IsString()
  @MaxLength(2000)
  returnTo?: string;
}

export class CodeBody {
  @ApiProperty({ maxLength: 200 })
  @IsString()
  @MaxLength(200)
  code!: string;
}
