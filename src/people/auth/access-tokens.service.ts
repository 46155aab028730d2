import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Actor } from '../../foundation/request-context/request-context.ts';

export const ALGORITHM = 'HS256';
export const ACCESS_TOKEN_SECONDS = 15 * 60;

/** What an access token says: who. What they may is read anew from the database. */
export interface Claims {
  readonly sub: string;
  readonly org: string;
  /** The sign-in that it descends from, and ends with. */
  readonly sid: string;
}

@Injectable()
export class AccessTokens {
  constructor(private readonly jwt: JwtService) {}

  issue(actor: Actor, signInId: string): Promise<string> {
    const claims: Claims = { sub: actor.userId, org: actor.organizationId, sid: signInId };
    return this.jwt.signAsync(claims, { algorithm: ALGORITHM, expiresIn: ACCESS_TOKEN_SECONDS });
  }
}
