import { JwtService } from '@nestjs/jwt';
import { idOf, Kind, organizationId } from './ids.ts';
import { JWT_SECRET } from './stage/api.ts';

const jwt = new JwtService({ secret: JWT_SECRET, signOptions: { algorithm: 'HS256', expiresIn: '6h' } });

/** Access tokens of an organization's users, as the API itself would have issued them: for longer than 15 minutes, though. */
export function tokensOf(organization: number, users: number): string[] {
  return Array.from({ length: users }, (_, index) => tokenOf(organization, index + 1));
}

/** @param user counts within the organization, as its sign-in does */
export function tokenOf(organization: number, user: number): string {
  return jwt.sign({
    sub: idOf(Kind.USER, organization, user),
    org: organizationId(organization),
    sid: idOf(Kind.SIGN_IN, organization, user),
  });
}
