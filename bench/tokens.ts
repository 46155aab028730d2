import { JwtService } from '@nestjs/jwt';
import { idOf, Kind, organizationId } from './ids.ts';
import { JWT_SECRET } from './stage/api.ts';

const jwt = new JwtService({ secret: JWT_SECRET, signOptions: { algorithm: 'HS256', expiresIn: '6h' } });

/** Access tokens of an organization's users, as the API itself would have issued them: for longer than 15 minutes, though. */
export function tokensOf(organization: number, users: number): string[] {
  return Array.from({ length: users }, (_, index) =>
    jwt.sign({
      sub: idOf(Kind.USER, organization, index + 1),
      org: organizationId(organization),
      sid: idOf(Kind.SIGN_IN, organization, index + 1),
    }),
  );
}
