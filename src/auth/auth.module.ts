import { Module } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../users/users.module.ts';
import { AccessTokens } from './access-tokens.service.ts';
import { AuthController } from './auth.controller.ts';
import { AuthResolver } from './auth.resolver.ts';
import { AuthService } from './auth.service.ts';
import { AuthenticationGuard } from './authentication.guard.ts';
import { JwtSecret } from './jwt-secret.ts';
import { JwtStrategy } from './jwt.strategy.ts';
import { RefreshToken } from './refresh-token.entity.ts';
import { RefreshTokens } from './refresh-tokens.service.ts';

/** app.module makes AuthenticationGuard the global one: `{ provide: APP_GUARD, useExisting: AuthenticationGuard }`. */
@Module({
  imports: [TypeOrmModule.forFeature([RefreshToken]), UsersModule],
  controllers: [AuthController],
  providers: [
    JwtSecret,
    {
      provide: JwtService,
      inject: [JwtSecret],
      useFactory: (secret: JwtSecret) => new JwtService({ secret: secret.key }),
    },
    AccessTokens,
    RefreshTokens,
    AuthService,
    AuthResolver,
    JwtStrategy,
    AuthenticationGuard,
  ],
  exports: [AuthenticationGuard],
})
export class AuthModule {}
