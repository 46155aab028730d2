import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Practitioner } from './practitioner.entity.ts';
import { PractitionersResolver } from './practitioners.resolver.ts';
import { PractitionersService } from './practitioners.service.ts';

@Module({
  imports: [TypeOrmModule.forFeature([Practitioner])],
  providers: [PractitionersService, PractitionersResolver],
  exports: [PractitionersService],
})
export class PractitionersModule {}
