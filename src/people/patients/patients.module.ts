import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OrganizationsModule } from '../organizations/organizations.module.ts';
import { Patient } from './patient.entity.ts';
import { PatientsResolver } from './patients.resolver.ts';
import { PatientsService } from './patients.service.ts';

@Module({
  imports: [TypeOrmModule.forFeature([Patient]), OrganizationsModule],
  providers: [PatientsService, PatientsResolver],
  exports: [PatientsService],
})
export class PatientsModule {}
