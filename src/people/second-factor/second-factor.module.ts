import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OrganizationsModule } from '../organizations/organizations.module.ts';
import { UsersModule } from '../users/users.module.ts';
import { Sealing } from './sealing.service.ts';
import { SecondFactor } from './second-factor.entity.ts';
import { SecondFactors } from './second-factors.service.ts';
import { UserSecondFactorResolver } from './user-second-factor.resolver.ts';

@Module({
  imports: [TypeOrmModule.forFeature([SecondFactor]), OrganizationsModule, UsersModule],
  providers: [Sealing, SecondFactors, UserSecondFactorResolver],
  exports: [SecondFactors],
})
export class SecondFactorModule {}
