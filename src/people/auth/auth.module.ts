import { Module } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RateLimitsModule } from '../../rules/rate-limits/rate-limits.module.ts';
import { SecondFactorModule } from '../second-factor/second-factor.module.ts';
import { UsersModule } from '../users/users.module.ts';
import { AccessTokens } from './access-tokens.service.ts';
import { AuthController } from './auth.controller.ts';
import { AuthResolver } from './auth.resolver.ts';
import { AuthService } from './auth.service.ts';
import { AuthenticationGuard } from './authentication.guard.ts';
import { JwtSecret } from '../../platform/config/jwt-secret.ts';
import { Credentials } from './credentials.service.ts';
import { Devices } from './devices.service.ts';
import { EnrolmentResolver } from './enrolment.resolver.ts';
import { Enrolment } from './enrolment.service.ts';
import { LoginAttempts } from './login-attempts.service.ts';
import { IdentityResolver } from './identity.resolver.ts';
import { Identity } from './identity.service.ts';
import { JwtStrategy } from './jwt.strategy.ts';
import { RefreshToken } from './refresh-token.entity.ts';
import { RefreshTokens } from './refresh-tokens.service.ts';
import { Stamps } from './stamps.service.ts';

/** app.module makes AuthenticationGuard the global one: `{ provide: APP_GUARD, useExisting: AuthenticationGuard }`. */
@Module({
  imports: [TypeOrmModule.forFeature([RefreshToken]), RateLimitsModule, SecondFactorModule, UsersModule],
  controllers: [AuthController],
  providers: [
    {
      provide: JwtService,
      inject: [JwtSecret],
      useFactory: (secret: JwtSecret) => new JwtService({ secret: secret.key }),
    },
    AccessTokens,
    Stamps,
    Devices,
    RefreshTokens,
    LoginAttempts,
    Credentials,
    AuthService,
    Enrolment,
    Identity,
    AuthResolver,
    EnrolmentResolver,
    IdentityResolver,
    JwtStrategy,
    AuthenticationGuard,
  ],
  exports: [AuthenticationGuard],
})
export class AuthModule {}
