import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { isUUID } from 'class-validator';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Actor } from '../request-context/request-context.ts';
import { AccountsService } from '../users/accounts.service.ts';
import { ALGORITHM, type Claims } from './access-tokens.service.ts';
import { JwtSecret } from '../config/jwt-secret.ts';

/** Checks the bearer token's signature and age, then asks who that is now. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    secret: JwtSecret,
    private readonly accounts: AccountsService,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // the typings know strings and buffers only; it goes to jsonwebtoken as it is, which knows a KeyObject
      secretOrKey: secret.key as unknown as Buffer,
      algorithms: [ALGORITHM],
      ignoreExpiration: false,
    });
  }

  /** False: a token of nobody, or of somebody who may not sign in any more, or of a sign-in that is over. */
  async validate({ sub, org, sid }: Partial<Claims>): Promise<Actor | false> {
    if (![sub, org, sid].every((claim) => isUUID(claim, 'all'))) return false;
    return (await this.accounts.accountOf(org as string, sub as string, sid as string)) ?? false;
  }
}
