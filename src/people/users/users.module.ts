import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RateLimitsModule } from '../../rules/rate-limits/rate-limits.module.ts';
import { OrganizationsModule } from '../organizations/organizations.module.ts';
import { PatientsModule } from '../patients/patients.module.ts';
import { PractitionersModule } from '../practitioners/practitioners.module.ts';
import { AccountsService } from './accounts.service.ts';
import { CreateOrganizationResolver } from './create-organization.resolver.ts';
import { FoundingService } from './founding.service.ts';
import { User } from './user.entity.ts';
import { TakenEmails } from './taken-emails.service.ts';
import { UsersResolver } from './users.resolver.ts';
import { UsersService } from './users.service.ts';

@Module({
  imports: [
    TypeOrmModule.forFeature([User]),
    OrganizationsModule,
    PatientsModule,
    PractitionersModule,
    RateLimitsModule,
  ],
  providers: [AccountsService, FoundingService, TakenEmails, UsersService, UsersResolver, CreateOrganizationResolver],
  exports: [AccountsService, FoundingService, UsersService],
})
export class UsersModule {}
